import { type FieldDefinition, hexToBytes, planLock, portableSigner } from '@rakko/core'
import { expect, test } from 'vitest'
import { bindSchemas, defineSchemas, int } from '../src/exports.js'
import { openNode } from '../src/in-process.js'

const FIELDS = 1024

test('a schema of 1024 fields is like any other, though no row of PostgreSQL holds as many', {
  timeout: 120_000,
}, async () => {
  const fields: Record<string, FieldDefinition<'int'>> = {}
  for (let index = 0; index < FIELDS; index += 1) fields[`field_${index}`] = int()
  const definitions = defineSchemas({ wide: { description: 'As wide as they come', fields } })
  const signer = portableSigner(hexToBytes('3d'.repeat(32)))
  const { lock, schemas: planned } = await planLock({ definitions, signer })
  const schemas = bindSchemas(definitions, { wide: planned.get('wide')?.id ?? '' }, lock.commits)

  const node = await openNode({ name: 'wide', storage: 'memory', schemas, deadlineMs: 120_000 })
  const wide = node.collection(schemas.wide)
  const values = Object.fromEntries(Object.keys(fields).map((name, index) => [name, index * 2 ** 40]))
  const id = await wide.create(values)
  await wide.update(id, { field_1023: -1 })
  expect(await wide.find({ where: { field_0: 0, field_600: 600 * 2 ** 40, field_1023: { lt: 0 } } })).toMatchObject([
    { $id: id, ...values, field_1023: -1 },
  ])
  await node.close()
})
