import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNode } from '@rakko/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runNode } from './run-node.js'

const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'
const THREAD = new URL('../dist/thread.js', import.meta.url).href
const PROCESS = '@rakko/client/in-process'
const OWN_THREAD = '@rakko/client'

let folder: string
let directory: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rakko-environment-'))
  directory = join(folder, 'db')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The error of an opening in a process of its own. */
async function failure(entry: string, args: readonly string[]): Promise<{ code: string; message: string }> {
  const printed = await runNode(
    `
      import { openNode } from '${entry}'
      const open = openNode({ name: 'test', directory: process.argv.at(-1) })
      const { code, message } = await open.then(() => ({ code: 'none' }), (error) => error)
      console.log(JSON.stringify({ code, message }) + '\\nend')
    `,
    { args, after: [directory] },
  )
  return JSON.parse(printed.at(-2) ?? '')
}

test.each([
  ['no WebAssembly', OWN_THREAD, ['--jitless'], 'there is no WebAssembly here'],
  ['no WebAssembly', PROCESS, ['--jitless'], 'there is no WebAssembly here'],
  ['too little memory for WebAssembly', OWN_THREAD, ['--wasm-max-mem-pages=1024'], 'RangeError: WebAssembly'],
  ['too little memory for WebAssembly', PROCESS, ['--wasm-max-mem-pages=1024'], 'RangeError: WebAssembly'],
])('%s is told as what it is, and leaves the database as it was (%s %o)', async (_what, entry, args, words) => {
  const { databaseId } = await opened()
  expect(await failure(entry, args)).toEqual({
    code: 'ENVIRONMENT_FAILED',
    message: expect.stringContaining(words),
  })
  expect(await opened()).toMatchObject({ databaseId })
})

async function opened() {
  const node = await openNode({ name: 'test', directory })
  await node.close()
  return node
}

test('a process that may start no threads is told so, with the way out', async () => {
  expect(await failure(OWN_THREAD, [PERMISSION, '--allow-fs-read=*', '--allow-fs-write=*'])).toEqual({
    code: 'ENVIRONMENT_FAILED',
    message: `The thread ${THREAD} cannot be started: Node's permission model refuses it: start Node with --allow-worker, or open the node by @rakko/client/in-process`,
  })
})

test.each([
  ['write', ['--allow-fs-read=*'], () => `--allow-fs-write=${folder}`],
  ['read', [`--allow-fs-read=${new URL('../../..', import.meta.url).pathname}`], () => `--allow-fs-read=${folder}`],
])('a process that may not %s the directory is told so, with the way out', async (_what, args, remedy) => {
  const expected = {
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining(`Node's permission model refuses it: start Node with ${remedy()}`),
  }
  expect(await failure(PROCESS, [PERMISSION, ...args])).toEqual(expected)
  // What a process may not do, its threads may not either.
  expect(await failure(OWN_THREAD, [PERMISSION, '--allow-worker', ...args])).toEqual(expected)
})
