import { join } from 'node:path'
import { type DocumentId, type OperationId, RakkoError } from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/store.js'
import { openStore } from '../support/open-store.js'
import { type DamageKind, damageFile } from './damage-file.js'
import { Directories } from './damaged-directory.js'

const NOWHERE = `0020${'ab'.repeat(32)}`
const directories = new Directories()
/** By relation, the path of its file. */
const paths = new Map<string, string>()

const cases: [relation: string, kind: DamageKind, words: string][] = [
  ['rakko.entries_pkey', 'zero', 'contains unexpected zero page at block'],
  ['rakko.entries_pkey', 'remove', 'No such file or directory'],
  ['rakko.arrival', 'zero', 'the row of its counters is lost'],
  ['rakko.meta', 'zero', 'relation "meta" already exists'],
  ['rakko.meta', 'flip', 'invalid page in block 0 of relation'],
  ['pg_catalog.pg_opclass_oid_index', 'cut', 'read only 0 of 8192 bytes'],
  ['pg_catalog.pg_class', 'flip', 'invalid page in block'],
]

beforeAll(async () => {
  const driver = await directories.open(directories.whole)
  for (const [relation] of cases) {
    const path = 'SELECT pg_relation_filepath($1::text::regclass) AS path'
    const { rows } = await driver.query<{ path: string }>(path, [relation])
    paths.set(relation, rows[0]?.path ?? '')
  }
  await driver.close()
})

afterAll(() => directories.remove())

/** What opening, reading and writing come to. */
async function use(directory: string): Promise<unknown> {
  let store: Store | undefined
  try {
    const driver = await directories.open(directory)
    store = await openStore(driver).catch(async (error) => {
      await driver.close()
      throw error
    })
    await store.isDecided(NOWHERE as OperationId)
    await store.sync.entriesAfter(0)
    await store.forget({ document: NOWHERE as DocumentId })
    return 'nothing was damaged'
  } catch (error) {
    return error
  } finally {
    await store?.close()
  }
}

describe('a file of the database that is damaged', () => {
  test.each(cases)('%s, %s: it is said in PostgreSQL’s words', async (relation, kind, words) => {
    const directory = directories.copyAgain()
    damageFile(join(directory, paths.get(relation) ?? ''), kind)
    const error = await use(directory)
    expect(error).toBeInstanceOf(RakkoError)
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED', message: expect.stringContaining(words) })
  })
})
