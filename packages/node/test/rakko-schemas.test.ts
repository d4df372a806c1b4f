import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseLockFile, readLock } from '@rakko/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RanSchemas, runSchemas } from '../../../.config/testing/run-schemas.js'
import { runSchemasCommand } from '../src/nodejs/schemas-command.js'

const BIN = fileURLToPath(new URL('../bin/rakko-schemas.js', import.meta.url))

let folder: string

// Inside the package, so that the definitions find @rakko/core as an app's do, and where no other tool looks.
beforeEach(async () => {
  folder = await mkdtemp(fileURLToPath(new URL('../dist/schemas-', import.meta.url)))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (...args: string[]): Promise<RanSchemas> => runSchemas(runSchemasCommand, folder, ...args)

/** As a developer calls it: in a process of its own. */
function runBin(...args: string[]): Promise<RanSchemas> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

const definitions = (fields: string): string => `
  import { defineSchemas, int, relation, str } from '@rakko/core'
  export const definitions = defineSchemas({
    venue: { description: 'A place', fields: { ${fields} } },
    event: { description: 'What happens there', fields: { title: str(), venue: relation('venue') } },
  })
`

describe('rakko-schemas', () => {
  test('writes lock, module and key; a second run changes nothing; a changed definition adds to the lock', async () => {
    await write('definitions.ts', definitions('name: str()'))
    const first = await runBin('definitions.ts')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('5 new commits, wrote schema.lock, schemas.ts')
    expect((await stat(join(folder, 'secret.txt'))).mode & 0o777).toBe(0o600)

    const lock = await read('schema.lock')
    const module = await read('schemas.ts')
    const [{ schema } = {}] = readLock(parseLockFile(lock)).schemas().get('venue') ?? []
    expect(module).toContain(`venue: '${schema?.id}'`)
    expect(module).toContain("import { definitions } from './definitions.js'")

    expect((await run('definitions.ts')).stdout).toContain('0 new commits, nothing to write')
    await chmod(join(folder, 'secret.txt'), 0o644)
    expect((await run('definitions.ts')).stderr).toBe(
      'Others can read or change secret.txt (mode 644), and sign schemas as you: chmod 600 secret.txt\n',
    )
    expect([await read('schema.lock'), await read('schemas.ts')]).toEqual([lock, module])

    await write('definitions.ts', definitions('name: str(), capacity: int()'))
    expect((await run('definitions.ts')).stdout).toContain('wrote schema.lock, schemas.ts')
    expect((await read('schema.lock')).startsWith(lock.trimEnd())).toBe(true)
    // What the schema was before stays at hand, its relations by id.
    const changed = await read('schemas.ts')
    expect(changed.slice(changed.lastIndexOf('venue: ['))).toContain(`id: '${schema?.id}'`)
    expect(changed).toContain(`target: schemaId('${schema?.id}')`)
    expect((await run('definitions.ts')).stdout).toContain('0 new commits, nothing to write')
    expect(await read('schemas.ts')).toBe(changed)
    expect((await readdir(folder)).sort()).toEqual(['definitions.ts', 'schema.lock', 'schemas.ts', 'secret.txt'])
  })

  test('needs no key where there is nothing to sign', async () => {
    await write('definitions.ts', definitions('name: str()'))
    await run('definitions.ts')
    await rm(join(folder, 'secret.txt'))
    await rm(join(folder, 'schemas.ts'))
    expect(await run('definitions.ts')).toMatchObject({ code: 0, stderr: '' })
    expect((await readdir(folder)).sort()).toEqual(['definitions.ts', 'schema.lock', 'schemas.ts'])
  })

  test('puts the files where it is told', async () => {
    await write('definitions.ts', definitions('name: str()'))
    const ran = await run('definitions.ts', '--lock', 'app.lock', '--out', 'generated.ts', '--key', 'dev.key')
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect((await readdir(folder)).sort()).toEqual(['app.lock', 'definitions.ts', 'dev.key', 'generated.ts'])
  })

  test.each([
    ['missing.ts', undefined, 'missing.ts: expected a module, got no such file'],
    ['definitions.ts', 'export const other = 1', "expected an export 'definitions'"],
    ['definitions.ts', 'export const = ', 'expected a module that can be loaded'],
    ['definitions.ts', definitions('"2much": str()'), 'INVALID_SCHEMA'],
  ])('says in one line what is wrong with %s and writes nothing', async (name, text, message) => {
    if (text !== undefined) await write(name, text)
    const { code, stdout, stderr } = await run(name)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(await readdir(folder)).toEqual(text === undefined ? [] : [name])
  })

  test('leaves a damaged lock and a damaged key as they are', async () => {
    await write('definitions.ts', definitions('name: str()'))
    await write('secret.txt', 'not a key')
    expect((await run('definitions.ts')).stderr).toContain('KEY_STORE_FAILED')
    expect(await read('secret.txt')).toBe('not a key')
    await write('schema.lock', 'version = 2\n')
    expect((await run('definitions.ts')).stderr).toContain('INVALID_SCHEMA_LOCK')
    expect(await read('schema.lock')).toBe('version = 2\n')
  })

  test('explains itself', async () => {
    expect(await runBin()).toMatchObject({ code: 2, stdout: '' })
    expect(await run('--nope')).toMatchObject({ code: 2 })
    expect((await run('--help')).stdout).toContain('Usage: rakko-schemas')
  })
})
