import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNode } from '@rakko/client'
import { openNode as openInProcess } from '@rakko/client/in-process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runNode } from './run-node.js'

const DEADLINE_MS = 1_500

/** What has the directory of a node, and its key. */
let whole: string
let folder: string
let directory: string

beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'rakko-whole-'))
  await (await openInProcess({ name: 'test', directory: join(whole, 'db') })).close()
})

afterAll(() => {
  rmSync(whole, { recursive: true, force: true })
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rakko-deadlines-'))
  directory = join(folder, 'db')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** In place of a file that is there or not. Whoever opens one to read it waits for a writer. */
function makeFifo(path: string): void {
  rmSync(path, { recursive: true, force: true })
  execFileSync('mkfifo', [path])
}

function prepare(): void {
  cpSync(whole, folder, { recursive: true })
}

describe.each([
  ['a thread', openNode],
  ['this process', openInProcess],
] as const)('in %s, opening', (_where, open) => {
  test('a directory whose lock is a FIFO is refused', async () => {
    prepare()
    const owner = join(directory, 'lock', 'owner')
    makeFifo(owner)
    await expect(open({ name: 'test', directory })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(`${owner} is not a regular file`),
    })
  })

  test('a database whose key is a FIFO is refused', async () => {
    prepare()
    makeFifo(`${directory}.key`)
    await expect(open({ name: 'test', directory })).rejects.toMatchObject({
      code: 'KEY_STORE_FAILED',
      message: expect.stringContaining(`${directory}.key is not a regular file`),
    })
  })

  test.each(['/proc/rakko', '/proc/rakko/below'])('%s, where no directory can be made, is refused', async (nowhere) => {
    await expect(open({ name: 'test', directory: nowhere })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      details: { directory: nowhere },
    })
  })
})

/** The program has printed the code and how long it took, before it was killed. */
function expectDeadline(printed: readonly string[]): void {
  const [code, took, end] = printed
  expect([code, end]).toEqual(['DEADLINE_EXCEEDED', 'end'])
  expect(Number(took)).toBeGreaterThanOrEqual(DEADLINE_MS - 1)
}

const OPEN = `
  const start = performance.now()
  const error = await openNode({ name: 'test', directory: process.argv.at(-1), deadlineMs: ${DEADLINE_MS} }).catch((error) => error)
  console.log(error.code + '\\n' + (performance.now() - start) + '\\nend')
`

const LEASE = `
  use Fcntl;
  $SIG{IO} = 'IGNORE';
  open(my $file, '<', $ARGV[0]) or die $!;
  fcntl($file, 1024, F_WRLCK) or die $!;
  $| = 1;
  print 'held';
  <STDIN>;
`

/** A process that has a lease on a file (`F_SETLEASE`): the kernel lets whoever opens the file wait, for 45 seconds. */
async function leaseOn(file: string): Promise<ChildProcess> {
  const child = spawn('perl', ['-e', LEASE, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

describe('a system call that does not return', () => {
  test('on a thread leaves the thread behind at the deadline', async () => {
    prepare()
    const lease = await leaseOn(join(directory, 'data', 'postgresql.conf'))
    expectDeadline(await runNode(`import { openNode } from '@rakko/client' ${OPEN}`, { after: [directory] }))
    lease.kill('SIGKILL')
    await once(lease, 'close')
  })

  test('in the background of a node in process does not hold up the deadline', async () => {
    const fifo = join(folder, 'fifo')
    makeFifo(fifo)
    const module = `
      import { readFile } from 'node:fs'
      import { openNode } from '@rakko/client/in-process'
      // All of the one thread that Node has for its files, as a mount that is gone would take it.
      readFile('${fifo}', () => undefined)
      ${OPEN}
    `
    expectDeadline(await runNode(module, { after: [directory], env: { UV_THREADPOOL_SIZE: '1' } }))
  })
})
