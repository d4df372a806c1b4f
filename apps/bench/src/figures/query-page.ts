import { defineSchemas, int, str } from '@rakko/core'
import { signSchemas } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, median, milliseconds, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { ViewColumns } from '../node/view-columns.js'
import { withFolder } from '../start/temporary-folder.js'

const COUNT = 100_000
const BATCH = 10_000
const STAGES = 20
const CALLS = 100

const definitions = defineSchemas({
  event: {
    description: 'What happens at a festival',
    fields: { title: str(), stage: str(), starts: int() },
    indexes: [['stage', 'starts']],
  },
})

/**
 * The first 50 of one stage's events from a time on, in order of time, out of 100 000 documents, on a declared index.
 * It is the median call, on a node in this thread and a directory. The floor is the best SQL for the same rows on the
 * same database, its statement prepared.
 */
export function queryPage(): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await signSchemas(definitions)
    await using source = await ReadableNode.open(schemas, `${folder}/node`)
    const events = source.node.collection(schemas.event)
    for (let first = 0; first < COUNT; first += BATCH) await createAll(events, eventsFrom(first, BATCH))

    const { table, column } = await ViewColumns.of(source.driver, schemas.event)
    const stage = column('stage')
    const sql = `
      SELECT d.id, d.view_id, d.edited, d.deleted, owner.public_key AS owner, signer.public_key AS signer,
        page.starts, page.stage, page.title
      FROM (
        SELECT document, id, ${column('starts')} AS starts, ${stage} AS stage, ${column('title')} AS title FROM ${table}
        WHERE left(${stage}, 128) = $1 AND ${stage} = $1 AND ${column('starts')} >= $2::bigint
        ORDER BY ${column('starts')}, id LIMIT 50
      ) AS page
        JOIN rakko.documents AS d ON d.number = page.document
        JOIN rakko.authors AS owner ON owner.number = d.owner
        JOIN rakko.authors AS signer ON signer.number = d.signer
      ORDER BY page.starts, page.id`

    let call = 0
    const next = () => {
      call += 1
      return { stage: stageOf(call), from: (call * 7_919) % (COUNT - 50 * STAGES) }
    }
    const bare = async (): Promise<number> => {
      const { stage, from } = next()
      const ms = await timed(() => source.driver.query(sql, [stage, from]))
      return ms
    }
    const query = async (): Promise<number> => {
      const { stage, from } = next()
      return timed(() => events.find({ where: { stage, starts: { gte: from } }, orderBy: 'starts', first: 50 }))
    }
    const expected = await source.driver.query<{ title: string }>(sql, ['Stage 3', 40_000])
    const got = await events.find({
      where: { stage: 'Stage 3', starts: { gte: 40_000 } },
      orderBy: 'starts',
      first: 50,
    })
    if (got.length !== 50 || got.some(({ title }, index) => title !== expected.rows[index]?.title)) {
      throw new Error('the bare SQL finds other rows than the node')
    }
    return milliseconds(
      await alternate(
        () => medianOf(bare),
        () => medianOf(query),
      ),
    )
  })
}

async function medianOf(work: () => Promise<number>): Promise<number> {
  const calls: number[] = []
  while (calls.length < CALLS) calls.push(await work())
  return median(calls)
}

/** Times are scattered over the documents, so that a page is read from all over the table. */
function eventsFrom(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index
    return { title: `Event ${number}`, stage: stageOf(number), starts: (number * 37) % COUNT }
  })
}

function stageOf(number: number): string {
  return `Stage ${number % STAGES}`
}
