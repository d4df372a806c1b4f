import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { LONG_NAME, lockSchemas } from './acceptance/test-schemas.js'
import { openSide, type Side } from './open-side.js'

const DOCUMENTS = 100
const BYTES = 50_000

test('of what an app has deleted the node drops the payloads by itself, and the database gets smaller', {
  timeout: 120_000,
}, async () => {
  const schemas = await lockSchemas()
  const [purging, keeping] = [await openSide(schemas, { graceMs: 0 }), await openSide(schemas, { policy: 'never' })]
  const place = await purging.app.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
  const lists = { place, places: [], version: place, versions: [] }
  const things = purging.app.collection(schemas.thing)
  const outcomes = await things.createMany(
    Array.from({ length: DOCUMENTS }, (_, count) => ({
      ...{ flag: true, count, exact: 0, ratio: 0, [LONG_NAME]: '', data: new Uint8Array(randomBytes(BYTES)) },
      ...lists,
    })),
  )
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'created' ? [outcome.id] : []))
  expect(ids).toHaveLength(DOCUMENTS)
  await keeping.node.ingest(await purging.entries())
  const full = await bytesOf(purging)
  expect(full).toBeGreaterThan(DOCUMENTS * BYTES)

  await Promise.all(ids.map((id) => things.delete(id)))
  const [id = ''] = ids
  // Both know of it at once, and its past is there until it is dropped.
  await keeping.node.ingest(await purging.entries())
  const hash = await keeping.app.stateHash(schemas.thing)
  expect(await purging.app.stateHash(schemas.thing)).toBe(hash)
  await vi.waitFor(async () => expect(await bytesOf(purging)).toBeLessThan(full / 4), {
    timeout: 60_000,
    interval: 100,
  })

  await expect(things.history(id)).rejects.toMatchObject({ code: 'PURGED' })
  await expect(things.view(id)).rejects.toMatchObject({ code: 'PURGED' })
  expect(await things.count({ where: { $deleted: true } })).toBe(DOCUMENTS)
  expect((await keeping.app.collection(schemas.thing).history(id))?.map(({ action }) => action)).toEqual([
    'create',
    'delete',
  ])
  expect(await bytesOf(keeping)).toBeGreaterThan(DOCUMENTS * BYTES)
  // The other still has all of it, and cannot bring it back.
  await purging.node.ingest(await keeping.entries())
  await expect(things.history(id)).rejects.toMatchObject({ code: 'PURGED' })
  expect(await purging.app.stateHash(schemas.thing)).toBe(hash)
  await purging.close()
  await keeping.close()
})

/** That the tables take, with their long values. */
async function bytesOf(side: Side): Promise<number> {
  const [row] = await side.query<{ bytes: bigint }>(
    "SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class WHERE relnamespace = 'rakko'::regnamespace AND relkind = 'r'",
  )
  return Number(row?.bytes)
}
