import type { DocumentId, OperationId } from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import { preloadDocuments } from '../load/preload-documents.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { decodeHex } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import { ViewsTable } from '../tables/views-table.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { HistoryCache } from '../transaction/history-cache.js'
import { countInSlice, documentSizes } from '../verify/document-sizes.js'
import { type Materialised, materialise } from '../write/materialise.js'
import { makeViews } from '../write/pins/make-views.js'
import { awaitsTables } from '../write/pins/resting-views.js'
import { writeViews } from '../write/write-views.js'
import { makeRoom } from './evict-tables.js'

/** Documents that one transaction looks at. */
const DOCUMENTS_AT_ONCE = 64

/**
 * Makes the tables of a schema that rests, and fills them from its entries, slice by slice. Meanwhile they have names
 * that no reader knows. All writes go to them too. So a process that ends leaves what the next one goes on with.
 *
 * Throws TABLE_LIMIT, and DATABASE_DAMAGED where entries are lost.
 */
export async function fillTables(database: Database, { number }: KnownSchema): Promise<void> {
  let after: Uint8Array | undefined = new Uint8Array()
  while (after) {
    const from: Uint8Array = after
    await database.letOthersIn()
    const slice = await database.write((transaction) => new Slice(database, transaction, number).run(from))
    after = slice.after
    if (slice.filled) {
      database.registry.change(slice.filled, { hasTable: true, rests: false, madeBy: undefined })
      // Views of its documents that are pinned had waited for the tables.
      while (slice.awaited && (await database.write(makeViews))) await database.letOthersIn()
    }
  }
}

interface Filled {
  /** The id after which the next slice goes on. Undefined once all tables stand. */
  readonly after?: Uint8Array
  /** The schema whose tables it has finished. */
  readonly filled?: KnownSchema
  /** Whether pinned views are to be made. */
  readonly awaited?: boolean
}

class Slice {
  readonly #database: Database
  readonly #transaction: WriteTransaction
  readonly #number: number

  constructor(database: Database, transaction: WriteTransaction, number: number) {
    this.#database = database
    this.#transaction = transaction
    this.#number = number
  }

  async run(from: Uint8Array): Promise<Filled> {
    const { ledger, names } = this.#transaction
    await ledger.rereadSchemas(this.#transaction, [this.#number])
    const known = ledger.schemaAt(this.#number)
    if (!known) throw damagedRows('a schema is lost')
    // Another node has done it.
    if (known.hasTable) return {}
    const filling = new ViewsTable(this.#number, known.schema, true)
    let after = from
    if (!(await this.#isThere(filling))) {
      await makeRoom(this.#database, this.#transaction, known)
      await this.#transaction.exec(filling.createSql(names))
      after = new Uint8Array()
    }
    const ids = await this.#unfilled(filling, after)
    const last = ids.at(-1)
    if (!last) return this.#finish(known, filling)
    const some = await this.#inOneSlice(ids)
    const made = await this.#reduced(some)
    const added = made.map((one) => ({ ...one, document: { ...one.document, isNew: true } }))
    await this.#transaction.run(writeViews(names, added, () => filling))
    return { after: some.length === ids.length ? last : after }
  }

  async #isThere(filling: ViewsTable): Promise<boolean> {
    const { rows } = await this.#transaction.query<{ there: boolean }>(
      sql`SELECT to_regclass(${filling.name(this.#transaction.names, 0).text}) IS NOT NULL AS there`,
    )
    return rows[0]?.there === true
  }

  /** Ids of living documents that have no row yet. Those that are lost get none. */
  async #unfilled(filling: ViewsTable, after: Uint8Array): Promise<Uint8Array[]> {
    const { names } = this.#transaction
    const { rows } = await this.#transaction.query<{ id: Uint8Array }>(
      sql`SELECT d.id FROM ${names.table('documents')} AS d
       WHERE d.schema = ${this.#number}::integer AND d.id > ${after}::bytea AND NOT d.deleted
         AND NOT EXISTS (SELECT FROM ${filling.name(names, 0)} AS v WHERE v.document = d.number)
         AND NOT EXISTS (SELECT FROM ${names.table('lost')} AS l WHERE l.document = d.id)
       ORDER BY d.id LIMIT ${sql.integer(DOCUMENTS_AT_ONCE)}`,
    )
    return rows.map(({ id }) => id)
  }

  /** Those of them that one transaction reduces: one at least. */
  async #inOneSlice(ids: readonly Uint8Array[]): Promise<DocumentId[]> {
    const isChosen: Sql = sql`e.hash = ANY(${ids}::bytea[])`
    const sizes = await documentSizes(this.#transaction, isChosen, ids.length)
    if (sizes.length < ids.length) throw damagedRows('entries of a document are lost')
    return sizes.slice(0, countInSlice(sizes)).map(({ id }) => decodeHex(id) as DocumentId)
  }

  async #reduced(ids: readonly DocumentId[]): Promise<Materialised[]> {
    const transaction = this.#transaction
    const { ledger } = transaction
    const questions = ids.map((id) => ({ operationId: id as string as OperationId }))
    await preloadDocuments(transaction, questions)
    for (const id of ids) {
      const document = ledger.documents.get(id)
      if (!document) throw damagedRows('entries of a document are lost')
      document.isChanged = true
      document.view = undefined
    }
    const { materialised } = await materialise(transaction, new HistoryCache(), { maySplit: false })
    if (materialised.length < ids.length) throw damagedRows('entries of a document are lost')
    return materialised
  }

  async #finish(known: KnownSchema, filling: ViewsTable): Promise<Filled> {
    const transaction = this.#transaction
    const { names } = transaction
    const renamed = [...known.views.groups.keys()].map(
      (group) => sql`ALTER TABLE ${filling.name(names, group)} RENAME TO ${sql.id(known.views.alias(group))};`,
    )
    const mark = sql`UPDATE ${names.table('schemas')} SET has_table = true WHERE number = ${sql.integer(known.number)};`
    await transaction.exec(sql.join([...renamed, mark], '\n'))
    const { affectedRows } = await transaction.query(
      sql`UPDATE ${names.table('pinned_views')} SET awaits = ''
       WHERE awaits = ${awaitsTables(sql.integer(known.number))}`,
    )
    await transaction.dropCaches()
    return { filled: known, awaited: affectedRows > 0 }
  }
}
