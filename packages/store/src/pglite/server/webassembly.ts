import { RakkoError } from '@rakko/core'

/** A compiled WebAssembly module, as this platform types it. */
export type CompiledModule = object

declare const WebAssembly: undefined | { readonly Module: new (bytes: Uint8Array) => CompiledModule }

/** The smallest module there is. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

/** @throws {RakkoError} ENVIRONMENT_FAILED: there is no WebAssembly here, or a policy forbids it */
export function emptyModule(): CompiledModule {
  if (typeof WebAssembly === 'undefined') {
    throw environmentFailed('there is no WebAssembly here: a lockdown mode or an option such as --jitless turns it off')
  }
  try {
    return new WebAssembly.Module(EMPTY_MODULE)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CompileError') throw environmentFailed(wordsOf(error), error)
    throw environmentFailed(
      "the content security policy forbids WebAssembly: script-src lacks 'wasm-unsafe-eval', in the policy that the worker’s script is served with",
      error,
    )
  }
}

/** A failure of memory, of a policy or of the platform, never of what the database holds. */
export function environmentFailed(reason: string, cause?: unknown): RakkoError {
  const words = `the database cannot be opened here, and nothing of it was changed: ${reason}`
  return new RakkoError('ENVIRONMENT_FAILED', words, { got: reason }, { cause })
}

/** The name says what the texts of some errors leave out. Those of a DOMException may be empty. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message } = error
  return name === 'Error' || name === 'RakkoError' ? message : message === '' ? name : `${name}: ${message}`
}
