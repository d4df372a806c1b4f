import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNode } from '@rakko/client/in-process'
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

type Failure = Readonly<{ code: string; message: string }>

/** The errors of openings, one after another, in a process of their own. */
async function failures(entries: readonly string[], args: readonly string[]): Promise<Failure[]> {
  const opening = (entry: string) => `
    {
      const { openNode } = await import('${entry}')
      const open = openNode({ name: 'test', directory: process.argv.at(-1) })
      const { code, message } = await open.then(() => ({ code: 'none' }), (error) => error)
      console.log(JSON.stringify({ code, message }))
    }
  `
  const printed = await runNode(`${entries.map(opening).join('')} console.log('end')`, { args, after: [directory] })
  // Node's own warnings come in between.
  return printed.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Failure)
}

test('what WebAssembly lacks is told as what it is, and leaves the database as it was', async () => {
  const { databaseId } = await opened()
  for (const [args, words] of [
    [['--jitless'], 'there is no WebAssembly here'],
    [['--wasm-max-mem-pages=1024'], 'RangeError: WebAssembly'],
  ] as const) {
    const told = { code: 'ENVIRONMENT_FAILED', message: expect.stringContaining(words) }
    expect(await failures([OWN_THREAD, PROCESS], args)).toEqual([told, told])
  }
  expect(await opened()).toMatchObject({ databaseId })
})

async function opened() {
  const node = await openNode({ name: 'test', directory })
  await node.close()
  return node
}

test('a process that may start no threads is told so, with the way out', async () => {
  expect(await failures([OWN_THREAD], [PERMISSION, '--allow-fs-read=*', '--allow-fs-write=*'])).toEqual([
    {
      code: 'ENVIRONMENT_FAILED',
      message: `The thread ${THREAD} cannot be started: Node's permission model refuses it: start Node with --allow-worker, or open the node by @rakko/client/in-process`,
    },
  ])
})

test.each([
  ['write', ['--allow-fs-read=*'], () => `--allow-fs-write=${folder}`],
  ['read', [`--allow-fs-read=${new URL('../../..', import.meta.url).pathname}`], () => `--allow-fs-read=${folder}`],
])('a process that may not %s the directory is told so, with the way out', async (_what, args, remedy) => {
  const expected = {
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining(`Node's permission model refuses it: start Node with ${remedy()}`),
  }
  // What a process may not do, its threads may not either.
  expect(await failures([PROCESS, OWN_THREAD], [PERMISSION, '--allow-worker', ...args])).toEqual([expected, expected])
})
