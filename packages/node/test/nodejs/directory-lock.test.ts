import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DirectoryLock, readLock } from '../../src/nodejs/directory-lock.js'
import { Program } from './program.js'

const CONTENDERS = 20
const ROUNDS = 4

let directory: string
let programs: Program[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rakko-lock-'))
  programs = []
})

afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  rmSync(directory, { recursive: true, force: true })
})

async function contender(): Promise<Program> {
  const program = new Program('contend', [directory])
  programs.push(program)
  expect(await program.line()).toBe('ready')
  return program
}

async function contend(contenders: readonly Program[]) {
  for (const program of contenders) program.say('go')
  return Promise.all(contenders.map(async (program) => ({ program, ...JSON.parse((await program.line()) ?? '{}') })))
}

describe('a directory', () => {
  it('is had by one of many contenders, each time that its owner is killed', { timeout: 120_000 }, async () => {
    let contenders = await Promise.all(Array.from({ length: CONTENDERS }, contender))
    for (let round = 0; round < ROUNDS; round++) {
      const results = await contend(contenders)
      const winners = results.filter(({ won }) => won)
      expect(winners).toHaveLength(1)
      const winner = winners[0]?.program
      for (const { won, code, owner } of results) {
        if (!won) expect({ code, owner }).toEqual({ code: 'DATABASE_IN_USE', owner: winner?.pid })
      }
      await winner?.kill()
      contenders = contenders.filter((program) => program !== winner)
      contenders.push(await contender())
    }
    // What the dead left was cleared by those that followed.
    expect(readdirSync(join(directory, 'lock')).length).toBeLessThan(CONTENDERS)
  })

  it('is free again once it is released, with no process ended', async () => {
    for (let round = 0; round < 3; round++) {
      const lock = await DirectoryLock.acquire(directory)
      await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({
        code: 'DATABASE_IN_USE',
        details: { directory, pid: process.pid },
      })
      expect((await readLock(directory)).isAlive).toBe(true)
      await lock.release()
      await lock.release()
      expect((await readLock(directory)).isAlive).toBe(false)
    }
    expect(readdirSync(join(directory, 'lock'))).toEqual(['owner'])
  })

  it('is locked under whatever length of path', async () => {
    const long = join(directory, 'x'.repeat(120), 'y'.repeat(120))
    const lock = await DirectoryLock.acquire(long)
    await expect(DirectoryLock.acquire(long)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    await lock.release()
    await (await DirectoryLock.acquire(long)).release()
    expect(existsSync(long)).toBe(true)
  })

  it('cannot be locked where nothing can be written', async () => {
    const nowhere = join(directory, 'nowhere')
    symlinkSync('/proc/self/nonexistent', nowhere)
    await expect(DirectoryLock.acquire(nowhere)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})
