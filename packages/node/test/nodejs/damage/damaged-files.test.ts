import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentId, type OperationId, portableVerifier, RakkoError } from '@rakko/core'
import { createStore, type Store } from '@rakko/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorage } from '../../../src/nodejs/open-storage.js'
import { type DamageKind, damageFile } from './damage-file.js'

let root: string
/** By relation, the path of its file. */
const paths = new Map<string, string>()

const RELATIONS = [
  'rakko.entries_pkey',
  'rakko.arrival',
  'rakko.meta',
  'pg_catalog.pg_opclass_oid_index',
  'pg_catalog.pg_class',
]

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'rakko-damage-'))
  const { driver } = await openStorage({ kind: 'directory', directory: join(root, 'whole') })
  for (const relation of RELATIONS) {
    const { rows } = await driver.query<{ path: string }>('SELECT pg_relation_filepath($1::text::regclass) AS path', [
      relation,
    ])
    paths.set(relation, rows[0]?.path ?? '')
  }
  await driver.close()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What opening, reading and closing come to. */
async function use(directory: string): Promise<unknown> {
  let store: Store | undefined
  try {
    const { driver } = await openStorage({ kind: 'directory', directory })
    try {
      const random = (length: number) => new Uint8Array(length)
      store = await createStore({ driver, schemaName: 'rakko', verifier: portableVerifier, now: Date.now, random })
    } catch (error) {
      await driver.close()
      throw error
    }
    await store.isDecided(`0020${'ab'.repeat(32)}` as OperationId)
    await store.entriesAfter(0)
    await store.forget({ document: `0020${'ab'.repeat(32)}` as DocumentId })
    return 'nothing was damaged'
  } catch (error) {
    return error
  } finally {
    await store?.close()
  }
}

describe('a file of the database that is damaged', () => {
  const cases: [relation: string, kind: DamageKind, words: string][] = [
    ['rakko.entries_pkey', 'zero', 'contains unexpected zero page at block'],
    ['rakko.entries_pkey', 'remove', 'No such file or directory'],
    ['rakko.arrival', 'zero', 'the row of its counters is lost'],
    ['rakko.arrival', 'flip', 'invalid page in block 0 of relation'],
    ['rakko.meta', 'zero', 'relation "meta" already exists'],
    ['rakko.meta', 'flip', 'invalid page in block 0 of relation'],
    ['pg_catalog.pg_opclass_oid_index', 'cut', 'read only 0 of 8192 bytes'],
    ['pg_catalog.pg_class', 'flip', 'invalid page in block'],
  ]

  test.each(cases)('%s, %s: it is said in PostgreSQL’s words', async (relation, kind, words) => {
    const directory = join(root, 'damaged')
    rmSync(directory, { recursive: true, force: true })
    cpSync(join(root, 'whole'), directory, { recursive: true })
    damageFile(join(directory, 'data', paths.get(relation) ?? ''), kind)
    const error = await use(directory)
    expect(error).toBeInstanceOf(RakkoError)
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED', message: expect.stringContaining(words) })
  })
})
