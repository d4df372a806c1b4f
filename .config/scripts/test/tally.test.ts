import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../tally.mjs', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rakko-tally-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function leave(runner: string, counts: string, exitCode: string): void {
  writeFileSync(join(folder, `${runner}.json`), counts)
  writeFileSync(join(folder, `${runner}.exit`), exitCode)
}

function tally(...runners: string[]): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, folder, ...runners], { encoding: 'utf8' })
  return { status, lines: stdout.trim().split('\n') }
}

test('the closing line sums all runners, and is green where none failed', () => {
  leave('verify', '{"passed":5,"failed":0,"failures":[]}', '0\n')
  leave('test', '{"passed":37,"failed":0,"failures":[]}', '0\n')
  expect(tally('verify', 'test')).toEqual({
    status: 0,
    lines: ['verify       5 passed, 0 failed', 'test         37 passed, 0 failed', '42 passed, 0 failed'],
  })
})

test('a runner that was killed, one that left nothing and one that never ran make it red', () => {
  leave('verify', '{"passed":5,"failed":0,"failures":[]}', '137\n')
  leave('test', '', '0\n')
  expect(tally('verify', 'test', 'conformance')).toEqual({
    status: 1,
    lines: [
      'verify       5 passed, 1 failed',
      'test         0 passed, 1 failed',
      'conformance  0 passed, 1 failed',
      'failed: exit code 137, which no failure explains',
      expect.stringContaining('failed: no report'),
      expect.stringContaining('failed: no report'),
      '5 passed, 3 failed',
    ],
  })
})

test('what failed is named at the end, where it is seen', () => {
  leave('verify', '{"passed":4,"failed":1,"failures":["links in the docs"]}', '1\n')
  leave('test', '{"passed":36,"failed":1,"failures":["a.test.ts > adds up"]}', '1\n')
  expect(tally('verify', 'test')).toEqual({
    status: 1,
    lines: [
      'verify       4 passed, 1 failed',
      'test         36 passed, 1 failed',
      'failed: links in the docs',
      'failed: a.test.ts > adds up',
      '40 passed, 2 failed',
    ],
  })
})
