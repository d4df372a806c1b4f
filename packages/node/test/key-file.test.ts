import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RakkoError } from '@rakko/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyFile } from '../src/nodejs/key-file.js'

const ID = 'a'.repeat(32)
const OTHER_ID = 'b'.repeat(32)

let folder: string
let directory: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rakko-key-'))
  directory = join(folder, 'festival')
  await mkdir(directory)
  await writeFile(join(directory, 'PG_VERSION'), '18')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const keyFileOf = (path: string) => keyFile(`${path}.key`, path)
const publicKeyAt = async (path: string, id = ID): Promise<string> => (await keyFileOf(path).open(id)).signer.publicKey

describe('a key file', () => {
  test('is made at the first open, of mode 0600, and holds the same key ever after', async () => {
    const first = await keyFileOf(directory).open(ID)
    expect(first.protection).toBe('file')
    expect((await stat(`${directory}.key`)).mode & 0o777).toBe(0o600)
    expect(await publicKeyAt(directory)).toBe(first.signer.publicKey)
    expect(await readdir(folder)).toEqual(['festival', 'festival.key'])
  })

  test('says its mode where others may read or change it', async () => {
    const modes: unknown[] = []
    for (const mode of [0o600, 0o640, 0o622, 0o400]) {
      await keyFileOf(directory).open(ID)
      await chmod(`${directory}.key`, mode)
      modes.push((await keyFileOf(directory).open(ID)).exposedMode)
    }
    expect(modes).toEqual([undefined, '640', '622', undefined])
  })

  test('serves no other database: a new key is made and the old one put aside', async () => {
    const first = await publicKeyAt(directory)
    const second = await publicKeyAt(directory, OTHER_ID)
    expect(second).not.toBe(first)
    expect(await publicKeyAt(directory, OTHER_ID)).toBe(second)
    expect(await readdir(folder)).toEqual(['festival', 'festival.key', `festival.key.${first.slice(0, 16)}`])
  })

  test('does not sign for a copy of the directory, though the copy has the same database id and key file', async () => {
    const original = await publicKeyAt(directory)
    const copy = join(folder, 'copy')
    await cp(directory, copy, { recursive: true })
    await cp(`${directory}.key`, `${copy}.key`)
    expect(await publicKeyAt(copy)).not.toBe(original)
    expect(await publicKeyAt(directory)).toBe(original)
  })

  test('does not sign for a directory that was restored in its place', async () => {
    const original = await publicKeyAt(directory)
    const backup = join(folder, 'backup')
    await cp(directory, backup, { recursive: true })
    await rm(directory, { recursive: true })
    await cp(backup, directory, { recursive: true })
    expect(await publicKeyAt(directory)).not.toBe(original)
  })

  test('stays the same whatever happens within the directory, though no time of birth be kept', async () => {
    const original = await publicKeyAt(directory)
    const { birthtimeNs } = await stat(directory, { bigint: true })
    while ((await stat(directory, { bigint: true })).ctimeNs === birthtimeNs) {
      await writeFile(join(directory, 'pg_control'), 'written again and again')
      await rm(join(directory, 'pg_control'))
    }
    await utimes(directory, 0, 0)
    expect(await publicKeyAt(directory)).toBe(original)
    const { directory: identity } = JSON.parse(await readFile(`${directory}.key`, 'utf8')) as { directory: string }
    expect(identity).not.toContain(`${(await stat(directory, { bigint: true })).ctimeNs}`)
  })

  test('is put aside when it is retired, and the next open makes another', async () => {
    const first = await keyFileOf(directory).open(ID)
    await first.retire()
    await first.retire()
    const second = await publicKeyAt(directory)
    expect(second).not.toBe(first.signer.publicKey)
    expect(await publicKeyAt(directory)).toBe(second)
    const aside = `festival.key.${first.signer.publicKey.slice(0, 16)}`
    expect(await readdir(folder)).toEqual(['festival', 'festival.key', aside])
  })

  test('goes along when directory and file are moved', async () => {
    const original = await publicKeyAt(directory)
    const moved = join(folder, 'moved')
    await rename(directory, moved)
    await rename(`${directory}.key`, `${moved}.key`)
    expect(await publicKeyAt(moved)).toBe(original)
  })

  test.each([
    ['empty', ''],
    ['half a file', '{"version":1,"databaseId":"aaaa'],
    ['of another version', '{"version":2}'],
    ['without a key', `{"version":1,"databaseId":"${ID}","directory":"1:0","privateKey":"abcd"}`],
  ])('that is damaged (%s) is an error that repeats nothing of it, and is left as it was', async (_what, text) => {
    await writeFile(`${directory}.key`, text)
    const error: unknown = await keyFileOf(directory)
      .open(ID)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RakkoError)
    expect(error).toMatchObject({ code: 'KEY_STORE_FAILED', details: { path: `${directory}.key` } })
    expect(`${(error as Error).message} ${(error as Error).cause}`).not.toContain('abcd')
    expect(await readFile(`${directory}.key`, 'utf8')).toBe(text)
  })
})
