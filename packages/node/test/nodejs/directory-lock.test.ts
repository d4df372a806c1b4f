import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DirectoryLock, readLock } from '../../src/nodejs/directory-lock.js'
import { Contenders } from './contenders.js'
import type { Program } from './program.js'

const CONTENDERS = 10
const ROUNDS = 3

let contenders: Contenders
let directory: string

beforeEach(() => {
  contenders = new Contenders()
  directory = contenders.directory
  return () => contenders.end()
})

async function contend(programs: readonly Program[]) {
  for (const program of programs) program.say('go')
  return Promise.all(programs.map(async (program) => ({ program, ...JSON.parse((await program.line()) ?? '{}') })))
}

describe('a directory', () => {
  it('is had by one of many contenders, each time that its owner is killed', { timeout: 120_000 }, async () => {
    let programs = await Promise.all(Array.from({ length: CONTENDERS }, () => contenders.start()))
    for (let round = 0; round < ROUNDS; round++) {
      const results = await contend(programs)
      const winners = results.filter(({ won }) => won)
      expect(winners).toHaveLength(1)
      const winner = winners[0]?.program
      for (const { won, code, owner } of results) {
        if (!won) expect({ code, owner }).toEqual({ code: 'DATABASE_IN_USE', owner: winner?.pid })
      }
      await winner?.kill()
      programs = programs.filter((program) => program !== winner)
      programs.push(await contenders.start())
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

  it('is had again after a power cut that left the names of its owners empty', async () => {
    mkdirSync(join(directory, 'lock'), { recursive: true })
    for (const name of ['owner', 'after-none', 'after-lost-none']) writeFileSync(join(directory, 'lock', name), '')
    const lock = await DirectoryLock.acquire(directory)
    await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    await lock.release()
    expect(readdirSync(join(directory, 'lock'))).toEqual(['owner'])
    expect(readFileSync(join(directory, 'lock', 'owner'), 'utf8')).toMatch(new RegExp(`^${process.pid}-`))
  })

  it('cannot be locked where its files lead in a circle', async () => {
    mkdirSync(join(directory, 'lock'), { recursive: true })
    for (const name of ['owner', 'after-1-ab']) writeFileSync(join(directory, 'lock', name), '1-ab')
    await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('lead nowhere'),
    })
  })

  it('cannot be locked where nothing can be written', async () => {
    const nowhere = join(directory, 'nowhere')
    symlinkSync('/proc/self/nonexistent', nowhere)
    await expect(DirectoryLock.acquire(nowhere)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})
