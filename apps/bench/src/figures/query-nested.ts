import { defineSchemas, int, relationList, str } from '@rakko/core'
import type { Driver } from '@rakko/store'
import { signSchemas } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, milliseconds, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { ViewColumns } from '../node/view-columns.js'
import { withFolder } from '../start/temporary-folder.js'

const STAGES = 100
const ACTS = 10
const SONGS = 3

const definitions = defineSchemas({
  song: { description: 'What is played', fields: { title: str(), seconds: int() } },
  act: { description: 'Who plays', fields: { name: str(), songs: relationList('song') } },
  stage: { description: 'Where they play', fields: { name: str(), acts: relationList('act') } },
})

/**
 * All 100 stages by name, each with its 10 acts, each with its 3 songs: one `find` on a node in this thread and a
 * directory. The floor is the fastest of the SQL that was written by hand for the same rows on the same database.
 */
export function queryNested(): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await signSchemas(definitions)
    await using source = await ReadableNode.open(schemas, `${folder}/node`)
    const { node, driver } = source
    const songs = await createAll(node.collection(schemas.song), numbered(STAGES * ACTS * SONGS, song))
    const acts = await createAll(
      node.collection(schemas.act),
      numbered(STAGES * ACTS, (n) => ({ name: `Act ${n}`, songs: songs.slice(n * SONGS, (n + 1) * SONGS) })),
    )
    const stages = node.collection(schemas.stage)
    await createAll(
      stages,
      numbered(STAGES, (n) => ({ name: `Stage ${n}`, acts: acts.slice(n * ACTS, (n + 1) * ACTS) })),
    )
    const find = () => stages.find({ orderBy: 'name', first: STAGES, include: { acts: { include: { songs: true } } } })
    const views = {
      song: await ViewColumns.of(driver, schemas.song),
      act: await ViewColumns.of(driver, schemas.act),
      stage: await ViewColumns.of(driver, schemas.stage),
    }
    const candidates = [() => lateralJson(driver, views), () => statementPerLevel(driver, views)]
    const expected = JSON.stringify(
      (await find()).map(({ name, acts: of }) => [
        name,
        of.map((act) => [act.name, act.songs.map(({ title }) => title)]),
      ]),
    )
    for (const candidate of candidates) {
      if (JSON.stringify(await candidate()) !== expected) throw new Error('the bare SQL finds other rows than the node')
    }
    const bare = async (): Promise<number> => {
      let best = Number.POSITIVE_INFINITY
      for (const candidate of candidates) best = Math.min(best, await timed(candidate))
      return best
    }
    return milliseconds(await alternate(bare, () => timed(find)))
  })
}

interface Views {
  readonly song: ViewColumns
  readonly act: ViewColumns
  readonly stage: ViewColumns
}

/** Names of the stages, of their acts, titles of their songs: to be compared. */
type Names = [stage: string, acts: [act: string, songs: string[]][]][]

const META = 'd.view_id, d.edited, d.deleted, owner.public_key AS owner, signer.public_key AS signer'
const AUTHORS = `JOIN rakko.authors AS owner ON owner.number = d.owner
  JOIN rakko.authors AS signer ON signer.number = d.signer`

/** One statement, each level gathered as JSON beside its parent. */
async function lateralJson(driver: Driver, { song, act, stage }: Views): Promise<Names> {
  const meta =
    "'id', d.id, 'view', d.view_id, 'edited', d.edited, 'deleted', d.deleted, 'owner', d.owner, 'signer', d.signer"
  const { rows } = await driver.query<{ name: string; acts: string }>(
    `SELECT d.id, ${META}, v.${stage.column('name')} AS name, acts.json::text AS acts
     FROM ${stage.table} AS v JOIN rakko.documents AS d ON d.number = v.document ${AUTHORS},
       LATERAL (SELECT json_agg(json_build_object(${meta}, 'name', v2.${act.column('name')}, 'songs', songs.json)
           ORDER BY list.position) AS json
         FROM unnest(v.${stage.column('acts')}) WITH ORDINALITY AS list (id, position)
           CROSS JOIN LATERAL (SELECT * FROM rakko.documents WHERE schema = ${act.number} AND id = list.id LIMIT 1) AS d
           JOIN ${act.table} AS v2 ON v2.document = d.number,
           LATERAL (SELECT json_agg(json_build_object(${meta}, 'title', v3.${song.column('title')},
                 'seconds', v3.${song.column('seconds')}::text) ORDER BY list.position) AS json
             FROM unnest(v2.${act.column('songs')}) WITH ORDINALITY AS list (id, position)
               CROSS JOIN LATERAL (SELECT * FROM rakko.documents WHERE schema = ${song.number} AND id = list.id LIMIT 1) AS d
               JOIN ${song.table} AS v3 ON v3.document = d.number) AS songs) AS acts
     ORDER BY v.${stage.column('name')}, d.id LIMIT ${STAGES}`,
  )
  const acts = (json: string) => JSON.parse(json) as { name: string; songs: { title: string }[] }[]
  return rows.map((row) => [row.name, acts(row.acts).map((one) => [one.name, one.songs.map(({ title }) => title)])])
}

/** A statement a level, which asks for all that the level before it names. */
async function statementPerLevel(driver: Driver, { song, act, stage }: Views): Promise<Names> {
  const { rows: stages } = await driver.query<{ name: string; acts: Uint8Array[] }>(
    `SELECT d.id, ${META}, v.${stage.column('name')} AS name, v.${stage.column('acts')} AS acts
     FROM ${stage.table} AS v JOIN rakko.documents AS d ON d.number = v.document ${AUTHORS}
     ORDER BY v.${stage.column('name')}, d.id LIMIT ${STAGES}`,
  )
  const acts = await byId<{ id: Uint8Array; name: string; songs: Uint8Array[] }>(
    driver,
    stages.flatMap((row) => row.acts),
    act,
    ['name', 'songs'],
  )
  const songs = await byId<{ id: Uint8Array; title: string }>(
    driver,
    [...acts.values()].flatMap((row) => row.songs),
    song,
    ['title', 'seconds'],
  )
  return stages.map((row) => [
    row.name,
    row.acts.map((id) => {
      const found = acts.get(hex(id))
      return [found?.name ?? '', (found?.songs ?? []).map((id) => songs.get(hex(id))?.title ?? '')]
    }),
  ])
}

async function byId<Row extends { readonly id: Uint8Array }>(
  driver: Driver,
  ids: readonly Uint8Array[],
  { number, table, column }: ViewColumns,
  fields: readonly string[],
): Promise<Map<string, Row>> {
  const columns = fields.map((field) => `v.${column(field)} AS ${field}`).join(', ')
  const { rows } = await driver.query<Row>(
    `SELECT d.id, ${META}, ${columns}
     FROM rakko.documents AS d JOIN ${table} AS v ON v.document = d.number ${AUTHORS}
     WHERE d.schema = ${number} AND d.id = ANY($1::bytea[])`,
    [ids],
  )
  return new Map(rows.map((row) => [hex(row.id), row]))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

function song(number: number) {
  return { title: `Song ${number}`, seconds: 120 + (number % 240) }
}

function numbered<Item>(count: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, number) => make(number))
}
