import { type FieldDefinition, hexToBytes, planLock } from '@rakko/core'
import { nativeSigner, nativeVerifier } from '@rakko/node/nodejs'
import { expect, test } from 'vitest'
import { bindSchemas, defineSchemas, int, pinnedRelation, type Row, relationList, str } from '../src/exports.js'
import { openNode } from '../src/in-process.js'
import { Watcher } from './acceptance/live.js'

const FIELDS = 1024
/** The last one, far from the table of the first. */
const LAST = 'field_1023'

test('a schema of 1024 fields is like any other, though no row of PostgreSQL holds as many', {
  timeout: 120_000,
}, async () => {
  const fields: Record<string, FieldDefinition<'int'>> = {}
  for (let index = 0; index < FIELDS - 1; index += 1) fields[`field_${`${index}`.padStart(4, '0')}`] = int()
  const definitions = defineSchemas({
    wide: { description: 'As wide as they come', fields: { ...fields, [LAST]: str() }, indexes: [[LAST]] },
    holder: { description: 'Leads there', fields: { one: pinnedRelation('wide'), many: relationList('wide') } },
  })
  const signer = nativeSigner(hexToBytes('3d'.repeat(32)))
  const { lock, schemas: planned } = await planLock({ definitions, signer, verifier: nativeVerifier() })
  const idOf = (name: string): string => planned.get(name)?.id ?? ''
  const schemas = bindSchemas(definitions, { wide: idOf('wide'), holder: idOf('holder') }, lock.commits)

  const node = await openNode({ name: 'wide', storage: 'memory', schemas, deadlineMs: 120_000 })
  const wide = node.collection(schemas.wide)
  const watcher = new Watcher<Row<typeof schemas.wide>>()
  const query = { orderBy: { [LAST]: 'desc' }, count: true } as const
  wide.live(query, watcher.observer)
  await watcher.until(({ results }) => results.length === 1)

  const valuesOf = (factor: number) =>
    Object.fromEntries(Object.keys(fields).map((name, index) => [name, index * factor]))
  const first = await wide.create({ ...valuesOf(2 ** 40), [LAST]: 'otter\0' })
  const second = await wide.create({ ...valuesOf(1), [LAST]: 'panda' })
  await wide.update(first, { [LAST]: 'sea otter' })
  await watcher.until(({ last }) => last.rows[0]?.[LAST] === 'sea otter')
  expect(watcher.composed).toEqual(await wide.find(query))
  expect(watcher.last.rows[0]).toMatchObject({ $id: first, ...valuesOf(2 ** 40) })

  const where = { field_0000: 0, field_0600: 600 * 2 ** 40, [LAST]: { contains: 'otter' } }
  expect((await wide.find({ where })).map(({ $id }) => $id)).toEqual([first])
  expect(await wide.count({ where: { $search: 'panda' } })).toBe(1)
  const page = await wide.page({ ...query, first: 1 })
  const next = await wide.page({ ...query, first: 1, after: page.endCursor ?? '' })
  expect([page, next].flatMap(({ rows }) => rows)).toEqual(watcher.last.rows)

  await node.collection(schemas.holder).create({ one: first, many: [second, first] })
  const [holder] = await node.collection(schemas.holder).find({
    include: { one: true, many: { orderBy: LAST, where: { [LAST]: { notEq: '' } } } },
  })
  expect(holder?.many).toEqual([...watcher.last.rows].reverse())
  expect(holder?.one).toMatchObject({ $viewId: first, ...valuesOf(2 ** 40), [LAST]: 'otter\0' })
  const [row] = await node.sql`SELECT * FROM wide WHERE field_1023 = ${'panda'}`
  expect(row).toMatchObject({ _id: second, field_0000: 0n, field_1022: 1022n })
  await node.close()
})
