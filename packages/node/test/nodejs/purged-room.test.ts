import { randomBytes } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DocumentId } from '@rakko/core'
import { afterAll, expect, test } from 'vitest'
import { assembleNode } from '../../src/assemble-node.js'
import { memoryKeys } from '../../src/nodejs/memory-key.js'
import { nativeVerifier } from '../../src/nodejs/native-key.js'
import { openStorage } from '../../src/nodejs/open-storage.js'
import { lockOf, pause, random } from '../support/memory-store.js'

const DOCUMENTS = 1_600
const NAME_BYTES = 6_000
/** One stays of so many. */
const KEPT = 8
const TIMEOUT_MS = 120_000
const MAX_MOMENTS = 2_000

const root = mkdtempSync(join(tmpdir(), 'rakko-room-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The quiet moments of the maintenance come when they are wanted. */
let moment: (() => void) | undefined
const timers = {
  setTimeout: (callback: () => void) => {
    moment = callback
  },
  clearTimeout: () => {
    moment = undefined
  },
}

/** Until no maintenance is due. */
async function passQuietly(): Promise<void> {
  for (let moments = 0; moment !== undefined; moments++) {
    if (moments > MAX_MOMENTS) throw new Error('there is no end to the maintenance')
    const begin = moment
    moment = undefined
    begin()
    await pause()
  }
}

/** Of all files but the log, which has bounds of its own. */
function bytesBelow(path: string): number {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.size
  const names = readdirSync(path).filter((name) => name !== 'pg_wal')
  return names.reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
}

test('a directory becomes smaller when documents were deleted, by what the node does for it by itself', {
  timeout: TIMEOUT_MS,
}, async () => {
  const directory = join(root, 'database')
  const schemas = await lockOf()
  const { driver } = await openStorage({ kind: 'directory', directory })
  const node = await assembleNode({
    driver,
    keys: memoryKeys(),
    verifier: nativeVerifier(),
    now: Date.now,
    random,
    pause,
    timers,
    purge: { graceMs: 0 },
    storage: async () => ({ kind: 'directory' }),
    schemas,
  })
  const schemaId = schemas.venue
  const name = () => randomBytes(NAME_BYTES / 2).toString('hex')
  const ids: DocumentId[] = []
  for (let start = 0; start < DOCUMENTS; start += 200) {
    const items = Array.from({ length: 200 }, (_, index) => ({
      action: 'create' as const,
      schemaId,
      fields: { name: name(), capacity: start + index },
    }))
    for (const outcome of await node.write(items)) {
      if (outcome.status === 'refused') throw outcome.error
      ids.push(outcome.documentId)
    }
  }
  await passQuietly()
  const before = bytesBelow(directory)
  const deleted = ids.filter((_, index) => index % KEPT > 0)
  const outcomes = await node.write(deleted.map((documentId) => ({ action: 'delete' as const, schemaId, documentId })))
  expect(outcomes.filter(({ status }) => status === 'refused')).toEqual([])
  await passQuietly()
  // What every payload and view took was twice its text: an eighth of that stays, and the entries.
  expect(bytesBelow(directory)).toBeLessThan(before - 2 * NAME_BYTES * DOCUMENTS * 0.6)
  const { documents } = await node.page(schemaId, { orderBy: 'capacity', first: DOCUMENTS })
  expect(documents.map(({ id }) => id)).toEqual(ids.filter((_, index) => index % KEPT === 0))
  await node.close()
})
