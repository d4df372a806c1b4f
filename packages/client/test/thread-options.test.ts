import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { threadOptions } from '../src/channel/thread-options.js'
import { runNode } from './run-node.js'

const CLIENT = import.meta.resolve('@rakko/client')

const OPEN = `
  import { openNode } from '${CLIENT}'
  const node = await openNode({ name: 'test', storage: 'memory' })
  console.log((await node.storage()).kind)
  await node.close()
  console.log('closed')
`

test.each([
  ['an argument', false],
  ['its standard input', true],
])('a module that Node was given as %s opens a node', async (_where, onStdin) => {
  expect(await runNode(`${OPEN} console.log('end')`, { onStdin })).toEqual(['memory', 'closed', 'end'])
})

test.each([
  ['--import', (preload: string) => ({ args: ['--import', preload] })],
  ['NODE_OPTIONS', (preload: string) => ({ env: { NODE_OPTIONS: `--import ${preload}` } })],
])('a module that %s loads first opens one node', async (_how, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'rakko-preload-'))
  try {
    const preload = join(folder, 'preload.mjs')
    writeFileSync(preload, OPEN)
    const printed = await runNode("console.log('end')", options(pathToFileURL(preload).href))
    expect(printed).toEqual(['memory', 'closed', 'end'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a thread keeps to what its process may do, however that is said', () => {
  const own = ['--import', './app.mjs', '--allow-fs-read', '/data', '--input-type=module', '--allow-worker', 'app.mjs']
  expect(threadOptions(own, '--experimental-permission --require ./loader.cjs --allow-fs-write=/data')).toEqual([
    '--experimental-permission',
    '--allow-fs-write=/data',
    '--allow-fs-read',
    '/data',
    '--allow-worker',
  ])
})
