import {
  type ClaimedSchema,
  type DecidedEntry,
  type DocumentId,
  decodeEntry,
  type Hash,
  type HeldEntry,
  type IngestLookup,
  lipmaa,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  parseSchemaIdParts,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { isPayloadLess, type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { damagedRows } from '../driver/damaged-rows.js'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { ACTIONS, DECISION, DECISIONS } from '../tables/codes.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import { claimSchema } from './find-schemas.js'
import { preloadDocuments } from './preload-documents.js'

interface EntryRow {
  hash: Uint8Array
  decision: number
  public_key: Uint8Array | null
  log_id: bigint | null
  seq_num: bigint | null
  action: number | null
  document: Uint8Array | null
  schema: number | null
  entry: Uint8Array | null
}

/** An entry's links: a branch of a forked log is followed by them. */
interface Links {
  readonly seqNum: bigint
  readonly backlink?: Hash
  readonly skiplink?: Hash
}

/**
 * What the ingest rules ask in a transaction: what `preload` and `prepare` have read, and over it what the ledger has
 * added.
 */
export class PeerLookup implements IngestLookup {
  readonly #queries: LedgerQueries
  readonly #ledger: Ledger
  readonly #decided = new Map<Hash, DecidedEntry>()
  readonly #links = new Map<Hash, Links>()
  readonly #schemas = new Map<SchemaId, ClaimedSchema>()
  /** What claims led to when so many definitions were accepted. */
  readonly #claims = new Map<
    SchemaId,
    { readonly definitions: number; readonly state: Awaited<ReturnType<typeof claimSchema>> }
  >()
  /** What builds on these waits until their documents are back. */
  readonly #orphans = new Set<Hash>()
  /** By the tip and the sequence number that were asked for. */
  readonly #ancestors = new Map<string, Hash | undefined>()
  /** How many of the ledger's `accepted` and `decided` are in `#decided`. */
  #accepted = 0
  #refused = 0

  constructor(queries: LedgerQueries) {
    this.#queries = queries
    this.#ledger = queries.ledger
  }

  /** Reads what was decided about these items and all that they name, in one statement. */
  async preload(items: readonly (ReceivedItem | PayloadLessItem)[], hashes: readonly Hash[]): Promise<void> {
    const named = items.flatMap((item) => {
      const { entry, entryHash } = item
      const previous = previousOf(item)
      const schemaId = isPayloadLess(item) ? undefined : item.unchecked.schemaId
      return [
        entryHash,
        ...(entry.backlink === undefined ? [] : [entry.backlink]),
        ...(previous === undefined ? [] : operationIdsOf(previous)),
        ...(schemaId === undefined || this.#ledger.schema(schemaId) ? [] : definitionOperations(schemaId)),
      ]
    })
    const backlinks = items.flatMap(({ entry: { backlink } }) => backlink ?? [])
    await this.#read(new Set([...hashes, ...named]), backlinks)
  }

  /**
   * Reads what else the rules ask about one item: its schema where that is not known, and its log where that is forked.
   */
  async prepare(item: ReceivedItem | PayloadLessItem): Promise<void> {
    if (!isPayloadLess(item)) await this.prepareSchema(item.unchecked.schemaId)
    const { backlink, skiplink, publicKey, logId, seqNum } = item.entry
    if (backlink === undefined || skiplink === undefined) return
    const target = lipmaa(seqNum)
    if (this.#ledger.isForked(publicKey, logId)) await this.prepareAncestor(backlink, target)
    else this.#ancestors.set(`${backlink} ${target}`, this.#ledger.entryAt(publicKey, logId, target)?.hash)
    const isHeld = ['held', 'purged'].includes(this.entry(backlink)?.decision ?? '')
    if (!isHeld || this.ancestor(backlink, target) !== undefined) return
    // All that comes before a held entry was held. So this one is lost, and its author says what it was.
    if (this.#ledger.counters.lost === 0) throw damagedRows('an entry before a held one is lost')
    this.#ancestors.set(`${backlink} ${target}`, skiplink)
  }

  async prepareSchema(id: SchemaId): Promise<void> {
    this.#schemas.set(id, await this.#claim(id))
  }

  async prepareAncestor(tip: Hash, seqNum: bigint): Promise<void> {
    this.#ancestors.set(`${tip} ${seqNum}`, await this.#walk(tip, seqNum))
  }

  prepareLog(publicKey: PublicKey, documentId: DocumentId): Promise<void> | undefined {
    const author = this.#ledger.authors.get(publicKey)
    const document = this.#ledger.documentOf(documentId as string as OperationId)
    if (!author || author.isNew || !document || document.isNew || author.logOf.has(documentId)) return undefined
    return preloadDocuments(this.#queries, [{ operationId: documentId as string as OperationId, publicKey }])
  }

  claimedSchema(id: SchemaId): ClaimedSchema {
    const claimed = this.#schemas.get(id)
    if (!claimed) throw new Error('a schema was not prepared')
    return claimed
  }

  entry(hash: Hash): DecidedEntry | undefined {
    this.#catchUp()
    return this.#decided.get(hash)
  }

  schema(id: SchemaId): Schema | undefined {
    return this.#ledger.schema(id)
  }

  isUnclear(hash: Hash): boolean {
    return this.#ledger.lost.isUnclear(hash)
  }

  isOrphan(hash: Hash): boolean {
    return this.#orphans.has(hash)
  }

  ancestor(tip: Hash, seqNum: bigint): Hash | undefined {
    return this.#ancestors.get(`${tip} ${seqNum}`)
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.#ledger.hasDeletion(documentId)
  }

  async #claim(id: SchemaId): Promise<ClaimedSchema> {
    const known = this.#ledger.schema(id)
    if (known) return { status: 'known', schema: known }
    const named = this.#unready(definitionOperations(id))
    if (named) return named
    const state = await this.#claimedNow(id)
    const schema = this.#ledger.schema(id)
    if (schema) return { status: 'known', schema }
    if (typeof state === 'string') return { status: 'invalid' }
    await this.#read(new Set(state))
    return this.#unready(state) ?? { status: 'incomplete', missing: [] }
  }

  /** Asked once for all items that claim the schema, as long as no definition is accepted. */
  async #claimedNow(id: SchemaId): Promise<Awaited<ReturnType<typeof claimSchema>>> {
    const { definitions } = this.#ledger
    const known = this.#claims.get(id)
    if (known?.definitions === definitions) return known.state
    const state = await claimSchema(this.#queries, id)
    this.#claims.set(id, { definitions, state })
    return state
  }

  /** Undefined where all of these are held with their payloads. */
  #unready(ids: readonly OperationId[]): ClaimedSchema | undefined {
    const decisions = ids.map((id) => this.entry(id)?.decision)
    // Definitions are never purged: a purged document is of another schema and defines none.
    if (decisions.includes('refused') || decisions.includes('purged')) return { status: 'invalid' }
    if (decisions.includes('forgotten')) return { status: 'forgotten' }
    const missing = ids.filter((_, index) => decisions[index] === undefined)
    return missing.length > 0 ? { status: 'incomplete', missing } : undefined
  }

  /** `followed`: those of them whose own links may be followed. */
  async #read(hashes: ReadonlySet<Hash>, followed: readonly Hash[] = []): Promise<void> {
    if (hashes.size === 0 || this.#ledger.counters.number === 0) return
    const { names } = this.#queries
    const { rows } = await this.#queries.query<EntryRow>(
      sql`SELECT e.hash, e.decision, a.public_key, e.log_id, e.seq_num, e.action, d.id AS document, d.schema,
         CASE WHEN e.hash = ANY(${hexArray(followed)}::bytea[]) THEN e.entry END AS entry
       FROM ${names.table('entries')} AS e
         LEFT JOIN ${names.table('authors')} AS a ON a.number = e.author
         LEFT JOIN ${names.table('documents')} AS d ON d.number = e.document
       WHERE e.hash = ANY(${hexArray(hashes)}::bytea[])`,
    )
    // Another node on this database may have met the schema.
    await this.#ledger.holdSchemas(
      this.#queries,
      rows.flatMap(({ schema }) => schema ?? []),
    )
    for (const row of rows) {
      const hash = decodeHex(row.hash) as Hash
      if (this.#isOrphan(row)) this.#orphans.add(hash)
      else if (!this.#decided.has(hash)) this.#decided.set(hash, this.#decidedEntry(row))
      if (row.entry) this.#links.set(hash, decodeEntry(row.entry))
    }
  }

  /**
   * Whether the entry is held, and both its document's row and its CREATE are lost: nobody knows what it belongs to. Or
   * it is about to be decided again.
   */
  #isOrphan({ decision, schema, document }: EntryRow): boolean {
    const isHeld = decision === DECISION.held || decision === DECISION.purged
    if (this.#ledger.again.size > 0 && document !== null) {
      const again = this.#ledger.again.get(decodeHex(document) as DocumentId)
      if (isHeld && again && !again.isMoved && again.schema === schema) return true
    }
    return isHeld && schema === null && this.#ledger.counters.lost > 0
  }

  #decidedEntry(row: EntryRow): DecidedEntry {
    const decision = DECISIONS[row.decision] ?? 'refused'
    if (decision === 'refused' || decision === 'forgotten') return { decision }
    const { public_key, log_id, seq_num, action, document, schema } = row
    const schemaId = schema === null ? undefined : this.#ledger.schemaAt(schema)?.schema.id
    const known = action === null ? undefined : ACTIONS[action]
    if (log_id === null || seq_num === null || !known || !schemaId) {
      throw damagedRows('the row of a held entry or of its document is lost')
    }
    return {
      decision,
      publicKey: decodeHex(public_key) as PublicKey,
      logId: log_id,
      seqNum: seq_num,
      action: known,
      documentId: decodeHex(document) as DocumentId,
      schemaId,
    }
  }

  /** What this transaction has added since the last question. */
  #catchUp(): void {
    const { accepted, decided } = this.#ledger
    for (; this.#accepted < accepted.length; this.#accepted += 1) {
      const { item, document } = accepted[this.#accepted] as (typeof accepted)[number]
      const { entry, entryHash, unchecked } = item
      const held: HeldEntry = {
        decision: item.operationBytes === undefined ? 'purged' : 'held',
        publicKey: entry.publicKey,
        logId: entry.logId,
        seqNum: entry.seqNum,
        action: unchecked.action,
        documentId: document.id,
        schemaId: document.schema.schema.id,
      }
      this.#decided.set(entryHash, held)
      this.#links.set(entryHash, entry)
    }
    for (; this.#refused < decided.length; this.#refused += 1) {
      const { hash, decision } = decided[this.#refused] as (typeof decided)[number]
      this.#decided.set(hash, { decision })
    }
  }

  /**
   * The ancestor of a held entry at a place of a forked log. Skiplinks of held entries lead to ancestors, so the number
   * of steps grows with the logarithm of the distance.
   */
  async #walk(tip: Hash, target: bigint): Promise<Hash | undefined> {
    let hash: Hash | undefined = tip
    while (hash !== undefined) {
      const links = await this.#linksOf(hash)
      if (!links || links.seqNum < target) return undefined
      if (links.seqNum === target) return hash
      const far = links.skiplink !== undefined && lipmaa(links.seqNum) >= target
      hash = far ? links.skiplink : links.backlink
    }
    return undefined
  }

  async #linksOf(hash: Hash): Promise<Links | undefined> {
    this.#catchUp()
    if (!this.#links.has(hash)) await this.#read(new Set([hash]), [hash])
    return this.#links.get(hash)
  }
}

/** Operations that an application's schema id names. */
function definitionOperations(id: SchemaId): readonly OperationId[] {
  const parts = parseSchemaIdParts(id)
  const isCanonical = parts.kind === 'application' && parts.viewId === parts.viewId.toLowerCase()
  return isCanonical ? operationIdsOf(parts.viewId) : []
}
