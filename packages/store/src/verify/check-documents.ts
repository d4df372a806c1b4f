import {
  type DocumentId,
  decodeOperation,
  hexToBytes,
  type OperationId,
  type SchemaId,
  unlessInvalid,
} from '@rakko/core'
import { learnSchema } from '../ingest/learn-schema.js'
import { readDocuments } from '../read/documents.js'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import { DECISION } from '../tables/codes.js'
import type { Database } from '../transaction/database.js'
import { LATEST } from '../write/pins/replace-pins.js'
import { byKey } from './by-key.js'
import { missing } from './check-entries.js'
import { type IndexRepair, orMended } from './check-tables.js'
import { countInSlice, type DocumentSize, documentSizes, IS_CREATE, MAX_REDUCED_BYTES } from './document-sizes.js'
import { type Expected, isAfter, isAsExpected } from './expected-document.js'
import type { Findings } from './findings.js'
import { historiesOf, readEach, tablesOf } from './read-each.js'
import { documentsWithoutTips } from './without-tips.js'
import { writeAgain } from './write-again.js'
import { type Holder, pinTables, wrongPins } from './wrong-pins.js'

/** Documents that one slice reduces again, and arrival numbers among which it looks for them. */
const SLICE_DOCUMENTS = 64
const SLICE_NUMBERS = 2048
/** Rows of documents whose CREATE one slice looks for. */
const SLICE_ROWS = 1024

interface CreateRow {
  number: bigint
  hash: Uint8Array
  author: number
  operation: Uint8Array | null
  isThere: boolean
  /** Payloads of it were dropped: it cannot be reduced any more. */
  isPurged: boolean
}

interface DocumentRow {
  number: bigint
  id: Uint8Array
  schema: number
  /** Whether its CREATE is. */
  isThere: boolean
}

interface Judged {
  readonly wrong: readonly DocumentId[]
  readonly lost: readonly DocumentId[]
  /** Those that all entries are there of, the wrong ones too, with their schemas. */
  readonly whole: ReadonlyMap<DocumentId, SchemaId>
}

/** Reduces every document again, and writes those again whose rows say something else. */
export class DocumentCheck {
  readonly #database: Database
  readonly #findings: Findings
  readonly #indexes: IndexRepair
  readonly #now: () => number
  #last = 0
  #lastRow = 0n

  constructor(database: Database, findings: Findings, indexes: IndexRepair, now: () => number) {
    this.#database = database
    this.#findings = findings
    this.#indexes = indexes
    this.#now = now
  }

  /** Returns whether all were looked at. */
  async slice(): Promise<boolean> {
    if (this.#last >= this.#findings.entriesInAll) return this.#loseWithoutCreate()
    const until = Math.min(this.#last + SLICE_NUMBERS, this.#findings.entriesInAll)
    const isNext = sql`e.number > ${this.#last}::bigint AND e.number <= ${until}::bigint`
    const sizes = await this.#sizes(isNext)
    const count = countInSlice(sizes)
    const some = sizes.slice(0, count)
    // A view that is there may be wrong: that is seldom, and everybody would wait for its history.
    const reduced = some.filter(({ id, isThere, bytes }) => {
      const isLost = this.#database.lost.has(decodeHex(id) as DocumentId)
      return bytes <= MAX_REDUCED_BYTES || !isThere || isLost
    })
    if (reduced.length > 0) await this.#look(await this.#creates(reduced))
    const isAll = count === sizes.length && count < SLICE_DOCUMENTS
    this.#last = isAll ? until : Number(some.at(-1)?.number ?? until)
    this.#findings.documents += count
    return false
  }

  /** Looks again at documents that entries have come back of. Returns those that all is there of, with their schemas. */
  async again(ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, SchemaId>> {
    const whole = new Map<DocumentId, SchemaId>()
    for (let start = 0; start < ids.length; start += SLICE_DOCUMENTS) {
      const some = hexArray(ids.slice(start, start + SLICE_DOCUMENTS))
      const sizes = await this.#sizes(sql`e.hash = ANY(${some}::bytea[])`)
      while (sizes.length > 0) {
        const found = await this.#look(await this.#creates(sizes.splice(0, countInSlice(sizes))))
        for (const [id, schemaId] of found) whole.set(id, schemaId)
      }
    }
    return whole
  }

  #sizes(condition: Sql): Promise<DocumentSize[]> {
    return byKey(this.#database, (queries) => documentSizes(queries, condition, SLICE_DOCUMENTS))
  }

  async #look(creates: readonly CreateRow[]): Promise<ReadonlyMap<DocumentId, SchemaId>> {
    const kept = creates.filter(({ isPurged }) => !isPurged)
    await this.#learnSchemas(kept)
    const placed = await this.#placeMissing(kept.filter(({ isThere }) => !isThere))
    const { wrong, lost, whole } = await this.#judge(kept.map(idOf), placed)
    // A write may have come between two reads of the first look.
    const { wrong: still } = await this.#judge(wrong, placed)
    if (still.length > 0) await this.#mend(still)
    if (lost.length > 0) await this.#giveUp(lost, placed)
    const isLost = new Set(lost)
    for (const row of creates) if (row.isPurged ? !row.isThere : isLost.has(idOf(row))) this.#loseCreate(row)
    return whole
  }

  async #creates(sizes: readonly DocumentSize[]): Promise<CreateRow[]> {
    const numbers = sizes.map(({ number }) => number)
    const { names } = this.#database
    const entries = names.table('entries')
    return byKey(this.#database, async (queries) => {
      const { rows } = await queries.query<CreateRow>(
        sql`SELECT e.number, e.hash, e.author, e.operation, d.number IS NOT NULL AS "isThere",
           COALESCE(d.purged, false) OR e.operation IS NULL OR EXISTS (
             SELECT FROM ${entries} AS x WHERE x.document = e.number AND x.document <> x.number
               AND x.decision = ${sql.integer(DECISION.purged)}) AS "isPurged"
         FROM ${entries} AS e LEFT JOIN ${names.table('documents')} AS d ON d.number = e.number
         WHERE e.number = ANY(${numbers}::bigint[]) AND ${IS_CREATE} ORDER BY e.number`,
      )
      return rows
    })
  }

  /** A schema may be lost as well. Its definition tells what it was. */
  async #learnSchemas(creates: readonly CreateRow[]): Promise<void> {
    const { ledger } = this.#database.reading()
    const ids = new Set(creates.flatMap((row) => schemaOf(row) ?? []))
    await ledger.holdSchemas(this.#database, ids)
    for (const id of ids) if (!ledger.knownSchema(id)) await learnSchema(this.#database, id, this.#now())
  }

  /** Histories are read by the rows of their documents: those that are missing get one that is wrong at first. */
  async #placeMissing(creates: readonly CreateRow[]): Promise<ReadonlySet<DocumentId>> {
    const placed = new Set<DocumentId>()
    if (creates.length === 0) return placed
    await this.#indexes.before(['documents'])
    await this.#database.write(async (transaction) => {
      const { names, ledger } = transaction
      await ledger.holdSchemas(
        transaction,
        creates.flatMap((row) => schemaOf(row) ?? []),
      )
      for (const row of creates) {
        const id = schemaOf(row)
        const schema = id && ledger.knownSchema(id)
        if (!schema) continue
        await transaction.query(
          sql`INSERT INTO ${names.table('documents')} (number, id, schema, view_id, owner, signer, edited, deleted)
           VALUES (${row.number}::bigint, ${row.hash}::bytea, ${schema.number}::integer, ''::bytea, ${row.author}::integer,
             ${row.author}::integer, false, true) ON CONFLICT DO NOTHING`,
        )
        placed.add(idOf(row))
      }
    })
    return placed
  }

  /**
   * `wrong` are those whose rows are not what their entries give, `lost` those that have neither. Where entries are
   * missing and the rows can be read, they are left as they are.
   */
  async #judge(ids: readonly DocumentId[], placed: ReadonlySet<DocumentId>): Promise<Judged> {
    if (ids.length === 0) return { wrong: [], lost: [], whole: new Map() }
    const database = this.#database
    const histories = await readEach(ids, (some) => byKey(this.#database, (queries) => historiesOf(queries, some)))
    const read = () => readEach(ids, (some) => readDocuments(database, some, { asTheyAre: true }))
    const stored = await orMended(database, this.#findings, () => tablesOf(database, histories), read)
    const withoutTips = await documentsWithoutTips(database, ids)
    const wrongly = await this.#wronglyPinning(ids, histories)
    const wrong: DocumentId[] = []
    const lost: DocumentId[] = []
    const whole = new Map<DocumentId, SchemaId>()
    for (const [index, id] of ids.entries()) {
      const [expected, document] = [histories[index], placed.has(id) ? undefined : stored[index]]
      // Of a schema that rests there is nothing but the entries.
      const rests = document && !database.registry.get(document.schemaId)?.hasTable
      const isWhole = expected && !withoutTips.has(id) && !isAfter(document, expected)
      const isRight = expected && isAsExpected(document, expected, { withFields: !rests }) && !wrongly.has(id)
      if (isWhole && !isRight) wrong.push(id)
      if (isWhole) whole.set(id, expected.view.schemaId)
      // What was lost is read no more until all of it is there: it may have changed since.
      else if (!document || rests || database.lost.has(id)) lost.push(id)
    }
    return { wrong, lost, whole }
  }

  /** Those of them whose pins are not what their latest views pin. */
  async #wronglyPinning(
    ids: readonly DocumentId[],
    histories: readonly (Expected | undefined)[],
  ): Promise<ReadonlySet<DocumentId>> {
    const { registry } = this.#database
    const holders = histories.flatMap((expected, index): (Holder & { id: DocumentId })[] => {
      const schema = expected && registry.get(expected.view.schemaId)
      const id = ids[index] as DocumentId
      const document = expected?.operations.find((operation) => operation.id === (id as string))?.number
      if (!schema || document === undefined) return []
      const { deleted, fields } = expected.view
      const values = deleted ? [] : [...fields].map(([name, { value }]) => [name, value] as const)
      return [{ id, document, holder: LATEST, schema, fields: new Map(values) }]
    })
    const read = () => byKey(this.#database, (queries) => wrongPins(queries, holders))
    const wrong = await orMended(this.#database, this.#findings, () => ['pins', 'pinned_views'], read)
    return new Set([...wrong].flatMap((index) => holders[index]?.id ?? []))
  }

  async #mend(ids: readonly DocumentId[]): Promise<void> {
    const { registry } = this.#database
    const found = await historiesOf(this.#database.reading(), ids)
    await this.#indexes.before([...tablesOf(this.#database, found), ...pinTables(this.#database)])
    await this.#database.write(async (transaction) => {
      const expected = (await historiesOf(transaction, ids)).flatMap((one) => one ?? [])
      await writeAgain(transaction, expected, this.#now())
      await transaction.dropCaches()
    })
    await registry.load(this.#database)
    for (const id of ids) this.#findings.repaired.add(id)
  }

  async #giveUp(ids: readonly DocumentId[], placed: ReadonlySet<DocumentId>): Promise<void> {
    const { names } = this.#database
    await this.#database.write(async (transaction) => {
      for (const id of ids.filter((one) => placed.has(one))) {
        await transaction.query(sql`DELETE FROM ${names.table('documents')} WHERE number = (
          SELECT number FROM ${names.table('entries')} WHERE hash = ${hexToBytes(id)}::bytea) AND view_id = ''`)
      }
      await transaction.dropCaches()
    })
  }

  /** Documents of which a row is left, and no CREATE. Returns whether all were looked at. */
  async #loseWithoutCreate(): Promise<boolean> {
    const { names } = this.#database
    const rows = await byKey(this.#database, async (queries) => {
      const { rows: found } = await queries.query<DocumentRow>(
        sql`SELECT d.number, d.id, d.schema, e.number IS NOT NULL AS "isThere"
         FROM ${names.table('documents')} AS d LEFT JOIN ${names.table('entries')} AS e ON e.number = d.number
         WHERE d.number > ${this.#lastRow}::bigint
         ORDER BY d.number LIMIT ${sql.integer(SLICE_ROWS)}`,
      )
      return found
    })
    this.#lastRow = rows.at(-1)?.number ?? this.#lastRow
    const without = new Map(
      rows.filter(({ isThere }) => !isThere).map((row) => [decodeHex(row.id) as OperationId, row]),
    )
    for (const id of await missing(this.#database, new Set(without.keys()))) {
      this.#findings.entryIds.add(id)
      const row = without.get(id)
      if (row) this.#lose(id as string as DocumentId, row.number, row.schema)
    }
    return rows.length < SLICE_ROWS
  }

  #loseCreate(row: CreateRow): void {
    const id = schemaOf(row)
    this.#lose(idOf(row), row.number, id && this.#database.registry.get(id)?.number)
  }

  #lose(id: DocumentId, number: bigint, schema: number | undefined): void {
    this.#findings.lost.set(id, { number: Number(number), schema })
    this.#database.lost.set(id, schema)
  }
}

function idOf({ hash }: Pick<CreateRow, 'hash'>): DocumentId {
  return decodeHex(hash) as DocumentId
}

function schemaOf({ operation }: CreateRow): SchemaId | undefined {
  return operation === null ? undefined : unlessInvalid(() => decodeOperation(operation).schemaId)
}
