import { HASH_BYTES } from '@rakko/core'
import { SqlError } from '../driver/sql-error.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { Bulk } from '../sql/bulk.js'
import { hexArray } from '../sql/column.js'
import { decodeHex, decodeViewId } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Database, LedgerQueries } from '../transaction/database.js'
import { MADE_VIEWS, makeViews, pinnedColumns } from '../write/pins/make-views.js'
import { type MadeView, type PendingView, REDUCED_AT_ONCE, reduceViews, valuesOf } from '../write/pins/reduce-views.js'
import { byKey } from './by-key.js'
import { type IndexRepair, orMended } from './check-tables.js'
import type { Findings } from './findings.js'
import { pinTables, wrongPins } from './wrong-pins.js'

/** Rounds of making views within the transaction that mends some. What is left then is left to maintenance. */
const ROUNDS = 8

interface ViewRow {
  view: Uint8Array
  view_id: Uint8Array
  /** Whether something pins it, or its pins are to be looked at anyway. */
  isPinned: boolean
  /** It waits to be made, or for the tables of a schema that rests. */
  isPending: boolean
  /** It waits for what has arrived, or for nothing though its first operation has not. */
  isStray: boolean
}

/** Takes away what belongs to pinned views that have no row. It would stand in the way of those that are made again. */
export class PinOrphanCheck {
  readonly #database: Database
  readonly #findings: Findings
  #tables: { readonly schema: KnownSchema; readonly group: number }[] | undefined

  constructor(database: Database, findings: Findings) {
    this.#database = database
    this.#findings = findings
  }

  /** Returns whether all tables were looked at. */
  async slice(): Promise<boolean> {
    const { registry } = this.#database
    if (!this.#tables) {
      const made = registry.all().filter(({ hasPinned }) => hasPinned)
      this.#tables = made.flatMap((schema) => [...schema.views.groups.keys()].map((group) => ({ schema, group })))
      await this.#releaseHolders()
      return this.#tables.length === 0
    }
    const next = this.#tables.shift()
    if (next) await this.#dropRows(next.schema, next.group)
    return this.#tables.length === 0
  }

  async #dropRows({ number, views }: KnownSchema, group: number): Promise<void> {
    const { names } = this.#database
    const [table, pinned] = [views.pinnedName(names, group), names.table('pinned_views')]
    const isOrphan = sql`NOT EXISTS (SELECT FROM ${pinned} AS v
      WHERE v.view = p.view AND v.document IS NOT NULL AND v.schema = ${sql.integer(number)})`
    await this.#dropWhere(
      sql`SELECT FROM ${table} AS p WHERE ${isOrphan} LIMIT 1`,
      sql`DELETE FROM ${table} AS p WHERE ${isOrphan}`,
      views.pinnedAlias(group),
    )
  }

  /** What such a view has pinned is perhaps pinned by nothing else. */
  async #releaseHolders(): Promise<void> {
    const { names } = this.#database
    const [pins, pinned] = [names.table('pins'), names.table('pinned_views')]
    const isOrphan = sql`p.holder <> '' AND NOT EXISTS (SELECT FROM ${pinned} AS v WHERE v.view = p.holder)`
    await this.#dropWhere(
      sql`SELECT FROM ${pins} AS p WHERE ${isOrphan} LIMIT 1`,
      sql`WITH released AS (DELETE FROM ${pins} AS p WHERE ${isOrphan} RETURNING p.view)
       UPDATE ${pinned} AS v SET unpinned = true FROM released WHERE v.view = released.view`,
      'pins',
    )
  }

  async #dropWhere(found: Sql, drop: Sql, table: string): Promise<void> {
    const read = () => this.#database.query(found)
    const { rows } = await this.#database.repeatable(() =>
      orMended(this.#database, this.#findings, () => [table], read),
    )
    if (rows.length === 0) return
    await this.#database.write((transaction) => transaction.query(drop))
    this.#findings.tables.add(table)
  }
}

/** Reduces every pinned view again, and makes those again whose rows, or whose pins, say something else. */
export class PinnedViewCheck {
  readonly #database: Database
  readonly #findings: Findings
  readonly #indexes: IndexRepair
  #last = ''

  constructor(database: Database, findings: Findings, indexes: IndexRepair) {
    this.#database = database
    this.#findings = findings
    this.#indexes = indexes
  }

  /** Returns whether all were looked at. */
  async slice(): Promise<boolean> {
    const tables = () => pinTables(this.#database)
    const rows = await orMended(this.#database, this.#findings, tables, () => this.#read())
    const last = rows.at(-1)
    if (!last) return true
    this.#last = decodeHex(last.view)
    const unpinned = rows.filter(({ isPinned }) => !isPinned).map(({ view }) => view)
    if (unpinned.length > 0) await this.#unpin(unpinned)
    const looked = rows.filter(({ isPinned, isPending }) => isPinned && !isPending)
    const wrong = await this.#wrong(looked.filter(({ isStray }) => !isStray).map(pendingOf))
    // A write may have come between two reads of the first look.
    const still = wrong.length > 0 ? await this.#wrong(wrong) : []
    still.push(...looked.filter(({ isStray }) => isStray).map(pendingOf))
    if (still.length > 0) await this.#makeAgain(still)
    return false
  }

  async #read(): Promise<ViewRow[]> {
    const { names } = this.#database
    const after = hexArray(this.#last === '' ? [] : [this.#last])
    const { rows } = await this.#database.query<ViewRow>(
      sql`SELECT v.view, v.view_id,
         COALESCE(octet_length(v.awaits) < ${sql.integer(HASH_BYTES)}, false) AS "isPending",
         v.unpinned OR EXISTS (SELECT FROM ${names.table('pins')} AS p WHERE p.view = v.view) AS "isPinned",
         v.document IS NULL AND (v.awaits IS NULL) <> EXISTS (SELECT FROM ${names.table('entries')} AS e
           WHERE e.hash = COALESCE(v.awaits, substr(v.view_id, 1, ${sql.integer(HASH_BYTES)}))) AS "isStray"
       FROM ${names.table('pinned_views')} AS v WHERE v.view > ALL(${after}::bytea[])
       ORDER BY v.view LIMIT ${sql.integer(REDUCED_AT_ONCE)}`,
    )
    return rows
  }

  async #unpin(views: readonly Uint8Array[]): Promise<void> {
    const { names } = this.#database
    const { affectedRows } = await this.#database.write((transaction) =>
      transaction.query(
        sql`UPDATE ${names.table('pinned_views')} AS v SET unpinned = true WHERE v.view = ANY(${views}::bytea[])
           AND NOT unpinned AND NOT EXISTS (SELECT FROM ${names.table('pins')} AS p WHERE p.view = v.view)`,
      ),
    )
    this.#findings.rows += affectedRows
  }

  /** Those whose operations are there, and whose rows say something else. */
  async #wrong(asked: readonly PendingView[]): Promise<PendingView[]> {
    const wrong: PendingView[] = []
    for (let left = asked; left.length > 0; ) {
      const made = await this.#reduced(left)
      left = left.slice(made.length)
      const { registry } = this.#database
      const standing = made.flatMap(({ schema, reduced, document, ...one }): Standing[] => {
        const known = schema && (registry.at(schema.number) ?? schema)
        return known?.hasTable && reduced && document !== undefined
          ? [{ ...one, schema: known, reduced, document }]
          : []
      })
      wrong.push(...(await byKey(this.#database, (queries) => differing(queries, standing))))
    }
    return wrong
  }

  /** The first of them: one at least. One that cannot be reduced has nothing but its id. */
  async #reduced(asked: readonly PendingView[]): Promise<MadeView[]> {
    try {
      return await byKey(this.#database, (queries) => reduceViews(queries, asked))
    } catch (error) {
      if (error instanceof SqlError) throw error
      return asked.length === 1 ? [...asked] : this.#reduced(asked.slice(0, 1))
    }
  }

  async #makeAgain(views: readonly PendingView[]): Promise<void> {
    const { names, registry } = this.#database
    await this.#indexes.before(pinTables(this.#database))
    const keys = views.map(({ view }) => view)
    const pinned = names.table('pinned_views')
    await this.#database.write(async (transaction) => {
      for (const { views: tables, hasPinned } of registry.all()) {
        for (const group of hasPinned ? tables.groups.keys() : []) {
          await transaction.query(
            sql`DELETE FROM ${tables.pinnedName(names, group)} WHERE view = ANY(${keys}::bytea[])`,
          )
        }
      }
      await transaction.run([
        sql`WITH released AS (DELETE FROM ${names.table('pins')} WHERE holder = ANY(${keys}::bytea[]) RETURNING view)
         UPDATE ${pinned} AS v SET unpinned = true FROM released WHERE v.view = released.view`,
        sql`UPDATE ${pinned} SET document = NULL, schema = NULL, signer = NULL, edited = NULL, follow = NULL, awaits = ''
         WHERE view = ANY(${keys}::bytea[])`,
      ])
      for (let round = 0; round < ROUNDS && (await makeViews(transaction)); round += 1);
      await transaction.dropCaches()
    })
    this.#findings.rows += views.length
  }
}

type Standing = MadeView & Required<Pick<MadeView, 'schema' | 'reduced' | 'document'>>

function pendingOf({ view, view_id }: ViewRow): PendingView {
  return { view, viewId: decodeViewId(view_id) }
}

async function differing(queries: LedgerQueries, made: readonly Standing[]): Promise<Standing[]> {
  if (made.length === 0) return []
  const { names } = queries
  const wrong = new Set<string>()
  const note = (rows: readonly { view: Uint8Array }[]) => {
    for (const { view } of rows) wrong.add(decodeHex(view))
  }
  const cells = ['document', 'schema', 'signer', 'edited', 'follow', 'awaits'].map((name) => sql.id(name))
  note(
    (await queries.query<{ view: Uint8Array }>(different(MADE_VIEWS, made, names.table('pinned_views'), cells))).rows,
  )
  for (const schema of new Set(made.map((one) => one.schema))) {
    const ofSchema = made.filter((one) => one.schema === schema)
    if (!schema.hasPinned) note(ofSchema)
    for (const [group, fields] of schema.hasPinned ? schema.views.groups.entries() : []) {
      const columns = pinnedColumns(fields, group === 0, schema.views.payloadField !== undefined)
      const columnNames = Object.keys(columns).map((name) => sql.id(name))
      const statement = different(new Bulk(columns), ofSchema, schema.views.pinnedName(names, group), columnNames)
      note((await queries.query<{ view: Uint8Array }>(statement)).rows)
    }
  }
  const holders = made.map((one) => ({ ...one, holder: one.view, fields: valuesOf(one.reduced) }))
  const pinning = await wrongPins(queries, holders)
  return made.filter(({ view }, index) => pinning.has(index) || wrong.has(decodeHex(view)))
}

/** Views whose row in a table is not there, or has something else in these columns. */
function different(bulk: Bulk<MadeView>, made: readonly MadeView[], table: Sql, columns: readonly Sql[]): Sql {
  const isSame = columns.map((column) => sql`t.${column} IS NOT DISTINCT FROM u.${column}`)
  return sql`SELECT u.view FROM ${bulk.values(made)}
    WHERE NOT EXISTS (SELECT FROM ${table} AS t WHERE t.view = u.view AND ${sql.join(isSame, ' AND ')})`
}
