import { afterEach, expect, test } from 'vitest'

const CLIENT = new URL('../dist/browser.js', import.meta.url)
const STORAGE = new URL('../../node/dist/web/open-storage.js', import.meta.url)

/** The same server by another name is another origin. */
const OTHER_ORIGIN = location.origin.replace(
  location.hostname,
  location.hostname === 'localhost' ? '127.0.0.1' : 'localhost',
)

interface Failure {
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

let frame: HTMLIFrameElement | undefined

afterEach(() => frame?.remove())

/** How a call ends in a page of this policy. */
function failureIn(policy: string, imported: string, call: string): Promise<Failure> {
  const made = document.createElement('iframe')
  frame = made
  made.srcdoc = `
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <script type="module">
      const tell = ({ name, code, message, details }) => parent.postMessage({ name, code, message, details }, '*')
      try {
        const module = await import('${imported}')
        await module.${call}
        tell({ message: 'it did not fail' })
      } catch (error) {
        tell(error)
      }
    </script>`
  return new Promise((resolve) => {
    const onMessage = ({ source, data }: MessageEvent): void => {
      if (source !== made.contentWindow) return
      removeEventListener('message', onMessage)
      resolve(data)
    }
    addEventListener('message', onMessage)
    document.body.append(made)
  })
}

const OPEN = "openNode({ name: 'refused', storage: 'memory' })"

test('a worker of another origin is refused by its address, with the way out', async () => {
  const client = CLIENT.href.replace(location.origin, OTHER_ORIGIN)
  const failure = await failureIn('', client, OPEN)
  expect(failure).toMatchObject({
    name: 'RakkoError',
    code: 'ENVIRONMENT_FAILED',
    details: { address: expect.stringMatching(new RegExp(`^${OTHER_ORIGIN}/.*worker`)) },
  })
  expect(failure.message).toBe(
    `The worker ${failure.details.address} cannot be started: a page of ${location.origin} starts workers of its own origin only, so serve the app's files from there`,
  )
})

test('a page of Trusted Types is told which policy the worker takes', async () => {
  const failure = await failureIn("require-trusted-types-for 'script'", CLIENT.href, OPEN)
  expect(failure).toMatchObject({
    name: 'RakkoError',
    code: 'ENVIRONMENT_FAILED',
    details: { address: expect.stringMatching(new RegExp(`^${location.origin}/.*worker`)) },
  })
  expect(failure.message).toBe(
    `The worker ${failure.details.address} cannot be started: the page's policy asks for Trusted Types, so make a policy named 'default' whose createScriptURL returns this address`,
  )
})

test('a page that may start no worker is told its address and the directive', async () => {
  const failure = await failureIn("worker-src 'none'", CLIENT.href, OPEN)
  expect(failure).toMatchObject({
    name: 'RakkoError',
    code: 'WORKER_DIED',
    message: expect.stringContaining('worker-src'),
  })
  expect(failure.message).toMatch(new RegExp(`${location.origin}/.*worker`))
})

test('a policy without WebAssembly is told the directive that it lacks', async () => {
  const open = "openWebStorage({ kind: 'memory', name: 'refused' })"
  expect(await failureIn("script-src 'self' 'unsafe-inline'", STORAGE.href, open)).toMatchObject({
    name: 'RakkoError',
    code: 'ENVIRONMENT_FAILED',
    message: expect.stringContaining("script-src lacks 'wasm-unsafe-eval'"),
  })
})
