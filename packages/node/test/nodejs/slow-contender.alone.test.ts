import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { Contenders } from './contenders.js'

/** Run when this process is about to follow a dead owner, having seen that it is dead. */
let beforeClaim = () => {}

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return {
    ...fs,
    linkSync(from: string, to: string) {
      beforeClaim()
      fs.linkSync(from, to)
    },
  }
})

const { DirectoryLock } = await import('../../src/nodejs/directory-lock.js')

let contenders: Contenders
let directory: string

beforeEach(() => {
  contenders = new Contenders()
  directory = contenders.directory
  return () => contenders.end()
})

const owner = () => readFileSync(join(directory, 'lock', 'owner'), 'utf8')

/** Blocks this thread, as a process is blocked that the system does not let run. */
function waitUntil(isSo: () => boolean): void {
  while (!isSo()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}

it('who sleeps between seeing a dead owner and following it finds that somebody else did', async () => {
  const first = await contenders.start()
  first.say('go')
  expect(JSON.parse((await first.line()) ?? '')).toEqual({ won: true })
  await first.kill()
  const dead = owner()
  const second = await contenders.start()
  beforeClaim = () => {
    beforeClaim = () => {}
    second.say('go')
    // The second has made itself the owner, and soon cleared what says that it followed the first.
    waitUntil(() => owner() !== dead)
    waitUntil(() => {
      try {
        readFileSync(join(directory, 'lock', `after-${dead}`))
        return false
      } catch {
        return true
      }
    })
  }
  await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({
    code: 'DATABASE_IN_USE',
    details: { pid: second.pid },
  })
  expect(JSON.parse((await second.line()) ?? '')).toEqual({ won: true })
})

it('who cannot be reached, its socket having been cleared before it listened, does not take the directory so', async () => {
  const sockets = () => readdirSync(join(directory, 'lock')).filter((name) => name.endsWith('.sock'))
  beforeClaim = () => {
    beforeClaim = () => {}
    for (const name of sockets()) rmSync(join(directory, 'lock', name))
  }
  const lock = await DirectoryLock.acquire(directory)
  await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
  expect(sockets()).toEqual([`${owner()}.sock`])
  await lock.release()
  await (await DirectoryLock.acquire(directory)).release()
})
