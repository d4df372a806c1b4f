import { RakkoError } from '@rakko/core'
import { workerAddress } from './worker-address.js'

/**
 * A dedicated worker for a node. Its first message is the name by which its end is noticed.
 *
 * @throws {RakkoError} ENVIRONMENT_FAILED with the worker's address: it is another origin's, or Trusted Types refuse it
 */
export function startWorker(name: string): Worker {
  try {
    const worker = newWorker()
    worker.postMessage(name)
    return worker
  } catch (error) {
    throw notStarted(workerAddress(newWorker), error)
  }
}

/** Why a worker that was made did not load, which the browser does not tell. */
export function notLoaded(): string {
  const address = workerAddress(newWorker)
  return `its worker ${address} could not start: see whether the server has it (docs/bundlers.md of @rakko/client says what a bundler needs), and whether the page's policy (worker-src) allows it`
}

/** Bundlers know a worker by these very words; some refuse options that are not literals. */
const newWorker = (): Worker => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })

function notStarted(address: string, cause: unknown): RakkoError {
  const remedy = remedyOf(address, cause)
  return new RakkoError(
    'ENVIRONMENT_FAILED',
    `The worker ${address} cannot be started: ${remedy}`,
    { address, expected: remedy, got: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) },
    { cause },
  )
}

function remedyOf(address: string, cause: unknown): string {
  const { origin } = new URL(address, document.baseURI)
  if (origin !== window.origin) {
    return `a page of ${window.origin} starts workers of its own origin only, so serve the app's files from there`
  }
  if (cause instanceof TypeError && 'trustedTypes' in globalThis) {
    return "the page's policy asks for Trusted Types, so make a policy named 'default' whose createScriptURL returns this address"
  }
  return "the page's policy must allow it, see the cause"
}
