import type { DocumentId, SchemaId } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { Database } from '../transaction/database.js'
import { DocumentCheck } from './check-documents.js'
import { IndexRepair } from './check-tables.js'
import { Findings } from './findings.js'
import { LOST, type LostRow } from './lost.js'

/** Reduces documents again that lost entries have come back of, or that cannot be reduced for what is lost. */
export class DocumentsBack {
  readonly #database: Database
  readonly #now: () => number
  readonly #indexes: IndexRepair

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
    this.#indexes = new IndexRepair(database, new Findings())
  }

  /**
   * Returns the schemas of those that can be read again. Of `stale` ones operations are stored that their rows lack: they
   * are lost unless all is there of them. Where it fails, the next verification does it.
   */
  async look(ids: ReadonlySet<DocumentId>, stale: readonly DocumentId[]): Promise<ReadonlySet<SchemaId>> {
    const { lost, names } = this.#database
    for (const id of stale) lost.set(id, lost.get(id))
    const findings = new Findings()
    const whole = await new DocumentCheck(this.#database, findings, this.#indexes, this.#now).again([...ids])
    const table = names.table('lost')
    const rows = [...findings.lost].map(
      ([document, { number, schema }]): LostRow => ({ number, entry: false, document, schema }),
    )
    await this.#database.write(async (transaction) => {
      await transaction.run([
        sql`UPDATE ${table} SET document = NULL WHERE document = ANY(${hexArray(whole.keys())}::bytea[])`,
        sql`DELETE FROM ${table} WHERE NOT entry AND document IS NULL`,
        ...LOST.insert(table, rows),
        sql`UPDATE ${names.table('arrival')} SET lost = (SELECT count(*) FROM ${table})`,
      ])
    })
    await this.#database.flush()
    for (const id of whole.keys()) lost.delete(id)
    return new Set(whole.values())
  }
}
