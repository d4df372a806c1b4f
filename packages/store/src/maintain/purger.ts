import { canDropPayload, decodeEntry, decodeOperation, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import { DECISION } from '../tables/codes.js'
import type { Queries } from '../tables/queries.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import type { PurgePolicy } from './purge-policy.js'

/** What one slice does at most: documents and entries that it looks at, bytes of payloads among them. */
const MAX_DOCUMENTS = 256
const MAX_ENTRIES = 1000
const MAX_BYTES = 8 * 1024 * 1024

export interface PurgerContext {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly policy: PurgePolicy
}

interface PayloadRow {
  number: bigint
  document: bigint
  entry: Uint8Array
  /** Of an UPDATE, which may be needed. */
  operation: Uint8Array | null
  total: bigint
}

/**
 * Drops the payloads of deleted documents, slice by slice. Entries and documents stay: ids, view ids and the deleted
 * flag go on to converge.
 *
 * Two kinds of payloads are kept: those of DELETEs, and those of operations whose entries do not tell what they follow
 * (core's `canDropPayload`). So a node that gets only what is left comes to the same views. Whole documents are kept
 *
 * - until the grace period is over, and where the policy does not purge them,
 * - while something pins one of their views,
 * - where they define schemas or fields: these are small, and documents are read by them.
 */
export class Purger {
  readonly #context: PurgerContext
  /** Where to go on with a document of many entries. */
  #after: { readonly document: bigint; readonly number: bigint } | undefined

  constructor(context: PurgerContext) {
    this.#context = context
  }

  /** Returns whether there was anything to do. */
  async slice(): Promise<boolean> {
    const { database, policy } = this.#context
    if (policy.policy === 'never' || (await this.#due(database)).length === 0) return false
    return database.write(async (transaction) => {
      // Looked at again: something may have been pinned, or an operation may have arrived.
      const documents = await this.#due(transaction)
      if (documents.length > 0) await this.#purge(transaction, documents)
      return documents.length > 0
    })
  }

  async #due(queries: Queries): Promise<bigint[]> {
    const { now, policy } = this.#context
    const { names } = queries
    const entries = names.table('entries')
    const { rows } = await queries.query<{ document: bigint }>(
      sql`SELECT x.document FROM ${names.table('deletions')} AS x
         JOIN ${names.table('documents')} AS d ON d.number = x.document
         JOIN ${names.table('schemas')} AS s ON s.number = d.schema
       WHERE x.time <= ${now() - policy.graceMs}::float8
         AND s.schema_id <> ALL(${[SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]}::text[])
         AND NOT EXISTS (
           SELECT 1 FROM ${names.table('pinned_views')} AS v JOIN ${names.table('pins')} AS p ON p.view = v.view
           WHERE v.document = d.number)
         AND (${policy.policy === 'all'}::boolean OR EXISTS (
           SELECT 1 FROM ${entries} AS e JOIN ${names.table('authors')} AS a ON a.number = e.author
           WHERE e.document = d.number AND e.document <> e.number AND e.action = 2
             AND (e.author = d.owner OR a.public_key = ANY(${hexArray(policy.allow)}::bytea[]))))
       ORDER BY x.document LIMIT ${sql.integer(MAX_DOCUMENTS)}`,
    )
    return rows.map(({ document }) => document)
  }

  async #purge(transaction: WriteTransaction, documents: readonly bigint[]): Promise<void> {
    const { names } = transaction
    const entries = names.table('entries')
    const chosen = sql`ANY(${documents}::bigint[])`
    const { document = 0n, number = 0n } = this.#after ?? {}
    const { rows } = await transaction.query<PayloadRow>(
      sql`WITH found AS (
         SELECT number, document, action, entry, operation FROM ${entries} WHERE number = ${chosen}
         UNION ALL
         SELECT number, document, action, entry, operation FROM ${entries} WHERE document = ${chosen} AND document <> number
       ), measured AS (
         SELECT number, document, action, entry, operation, count(*) OVER () AS total,
           sum(octet_length(operation)) OVER (ORDER BY document, number) - octet_length(operation) AS before
         FROM found
         WHERE operation IS NOT NULL AND action <> 2 AND NOT (document = ${document}::bigint AND number <= ${number}::bigint)
       )
       SELECT number, document, entry, CASE WHEN action = 1 THEN operation END AS operation, total FROM measured
       WHERE before < ${sql.integer(MAX_BYTES)} ORDER BY document, number LIMIT ${sql.integer(MAX_ENTRIES)}`,
    )
    const last = rows.at(-1)
    const isAll = !last || BigInt(rows.length) === last.total
    const done = isAll ? documents : documents.filter((document) => document < last.document)
    this.#after = isAll ? undefined : last
    const dropped = rows
      .filter(
        ({ entry, operation }) => operation === null || canDropPayload(decodeEntry(entry), decodeOperation(operation)),
      )
      .map(({ number }) => number)
    const touched = new Set([...done, ...rows.map(({ document }) => document)])
    await transaction.query(
      sql`WITH dropped AS (
         UPDATE ${entries} SET operation = NULL, decision = ${sql.integer(DECISION.purged)}
         WHERE number = ANY(${dropped}::bigint[])
       ), marked AS (
         UPDATE ${names.table('documents')} SET purged = true WHERE number = ANY(${[...touched]}::bigint[]) AND NOT purged
       )
       DELETE FROM ${names.table('deletions')} WHERE document = ANY(${done}::bigint[])`,
    )
  }
}
