import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes, type LockFile, planLock, portableSigner, type SchemaDefinitions } from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bindSchemas, defineSchemas, int, relation, str } from '../src/exports.js'
import { openNode } from '../src/in-process.js'

const signer = portableSigner(hexToBytes('5e'.repeat(32)))
const planOf = (definitions: SchemaDefinitions, previous?: LockFile) =>
  planLock({ definitions, signer, ...(previous && { previous }) })

const before = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
  event: { description: 'What happens there', fields: { title: str(), venue: relation('venue') } },
})
const after = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), seats: int() } },
})

/** As the generated modules of two releases of an app bind their schemas. */
async function releases() {
  const first = await planOf(before)
  const second = await planOf(after, first.lock)
  const idOf = (plan: typeof first, name: string) => plan.schemas.get(name)?.id ?? ''
  return {
    one: bindSchemas(before, { venue: idOf(first, 'venue'), event: idOf(first, 'event') }, first.lock.commits),
    two: bindSchemas(after, { venue: idOf(second, 'venue') }, second.lock.commits, {
      venue: [
        {
          id: idOf(first, 'venue'),
          description: 'A place',
          fields: { name: { type: 'str' }, capacity: { type: 'int' } },
        },
      ],
      event: [
        { id: idOf(first, 'event'), description: '', fields: { title: { type: 'str' }, venue: relation('venue') } },
      ],
    }),
  }
}

describe('an app whose definitions changed', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rakko-evolution-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const open = (schemas: Awaited<ReturnType<typeof releases>>['one' | 'two']) =>
    openNode({ name: 'evolution', directory: join(directory, 'db'), schemas, allowSchemas: [] })

  test('reads what earlier releases stored, copies it to the new version, and reads both after a restart', async () => {
    const { one, two } = await releases()
    const old = await open(one)
    const id = await old.collection(one.venue).create({ name: 'Main stage', capacity: 500 })
    await old.collection(one.event).create({ title: 'Opening', venue: id })
    await old.close()

    const upgraded = await open(two)
    const was = upgraded.collection(two.$versions.venue[0])
    for (const { name, capacity } of await was.find()) {
      await upgraded.collection(two.venue).create({ name, seats: capacity })
    }
    await upgraded.close()

    const reopened = await open(two)
    try {
      expect(await reopened.collection(two.venue).find()).toMatchObject([{ name: 'Main stage', seats: 500 }])
      const [row] = await reopened.collection(two.$versions.venue[0]).find({ where: { capacity: { gte: 500 } } })
      expect(row).toMatchObject({ $id: id, name: 'Main stage', capacity: 500 })
      // A schema that is gone from the definitions is read all the same.
      const [event] = await reopened.collection(two.$versions.event[0]).find()
      expect(event).toMatchObject({ title: 'Opening', venue: id })
    } finally {
      await reopened.close()
    }
  })

  test('finds all versions in a database that meets them first', async () => {
    const { two } = await releases()
    const node = await openNode({ name: 'new', storage: 'memory', schemas: two })
    try {
      await node.collection(two.$versions.venue[0]).create({ name: 'of an older device', capacity: 1 })
      expect(await node.collection(two.$versions.venue[0]).count()).toBe(1)
      expect(await node.collection(two.venue).count()).toBe(0)
    } finally {
      await node.close()
    }
  })

  test('takes no schema but its own where the allow list says so', async () => {
    const { one, two } = await releases()
    const node = await openNode({ name: 'picky', storage: 'memory', schemas: one, allowSchemas: [] })
    try {
      await node.collection(one.venue).create({ name: 'a', capacity: 1 })
      await expect(node.collection(two.venue).create({ name: 'a', seats: 1 })).rejects.toMatchObject({
        code: 'SCHEMA_NOT_FOUND',
      })
      const invalid = openNode({ name: 'picky', storage: 'memory', allowSchemas: ['venue'] })
      await expect(invalid).rejects.toMatchObject({ code: 'INVALID_SCHEMA_ID' })
      const none = openNode({ name: 'picky', storage: 'memory', allowSchemas: 'none' as 'all' })
      await expect(none).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'allowSchemas' } })
    } finally {
      await node.close()
    }
  })
})
