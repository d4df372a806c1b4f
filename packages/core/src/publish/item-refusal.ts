import { RakkoError } from '../rakko-error.js'

/** Why a batch was not stored: the error of one of its items, whose place is `details.index`. */
export function itemRefusal(index: number, { code, message, details, cause }: RakkoError): RakkoError {
  const text = `Item ${index} of the batch: ${message}. Nothing of the batch was stored`
  return new RakkoError(code, text, { ...details, index }, cause === undefined ? undefined : { cause })
}
