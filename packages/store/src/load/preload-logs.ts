import { type Hash, hexToBytes, isSkiplinkRequired, lipmaa, type PublicKey } from '@rakko/core'
import { Bulk, type Columns } from '../sql/bulk.js'
import { hexArray, integerColumn, u64Column } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import { DECISION } from '../tables/codes.js'
import type { Names } from '../tables/names.js'
import type { LedgerQueries } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import { type AuthorState, authorState, type LogState } from '../transaction/ledger-state.js'
import { LogEntries } from '../transaction/log-entries.js'

/** What the publish rules will ask about logs. */
export interface LogQuestions {
  readonly logs: readonly LogKey[]
  /** Entries that links name. */
  readonly entries: readonly EntryKey[]
  /** Hashes that may be stored already. */
  readonly hashes: readonly Hash[]
}

export interface LogKey {
  readonly publicKey: PublicKey
  readonly logId: bigint
}

export interface EntryKey extends LogKey {
  readonly seqNum: bigint
}

/** The first entry that has a skiplink. */
const FIRST_SKIPLINK = 4n

/** The target of an entry's skiplink; undefined where the entry has none. */
export function skiplinkOf(seqNum: bigint): bigint | undefined {
  return seqNum >= FIRST_SKIPLINK && isSkiplinkRequired(seqNum) ? lipmaa(seqNum) : undefined
}

/**
 * Reads authors, heads, entries and known hashes into the ledger, in one statement. Returns the mark of the state that
 * it has seen, see write-cache.ts.
 */
export async function preloadLogs(
  queries: LedgerQueries,
  authors: ReadonlySet<PublicKey>,
  { logs, entries, hashes }: LogQuestions,
): Promise<bigint> {
  const { names, ledger } = queries
  const publicKeys = [...authors]
  const selects = [authorsSelect(names, publicKeys), markSelect(names)]
  if (logs.length > 0) selects.push(headsSelect(names, publicKeys, logs))
  if (entries.length > 0) selects.push(entriesSelect(names, publicKeys, entries))
  if (hashes.length > 0) selects.push(hashesSelect(names, hashes))
  const { rows } = await queries.query<LogRow>(sql.join(selects, ' UNION ALL '))

  const byNumber = new Map<number, AuthorState>()
  for (const row of rows) if (row.kind === 'author') byNumber.set(row.author, addAuthor(ledger, row))
  for (const { kind, author: number, log_id, seq_num, bytes, document, forked } of rows) {
    if (kind === 'mark' || kind === 'author') continue
    const hash = decodeHex(bytes) as Hash
    if (kind === 'hash') ledger.entryHashes.add(hash)
    if (kind === 'hash' && document === FORGOTTEN) ledger.forgotten.add(hash)
    const author = byNumber.get(number)
    if (!author) continue
    if (kind === 'entry') keepEntry(author.logs.get(log_id), seq_num, hash)
    // A log that is read again in one transaction is as this transaction has left it.
    if (kind !== 'head' || author.logs.has(log_id)) continue
    author.logs.set(log_id, {
      author,
      logId: log_id,
      document: Number(document),
      seqNum: seq_num,
      hash,
      isForked: forked,
      isNew: false,
      isChanged: false,
      entries: undefined,
    })
  }
  return rows.find(({ kind }) => kind === 'mark')?.log_id ?? 0n
}

/** Stands in the place of `document` in the row of a known hash: its decision. */
const FORGOTTEN = BigInt(DECISION.forgotten)

/** One shape for five kinds of rows. What a kind lacks is NULL. Heads come before entries. */
interface LogRow {
  kind: 'author' | 'mark' | 'head' | 'entry' | 'hash'
  author: number
  bytes: Uint8Array
  log_id: bigint
  seq_num: bigint
  document: bigint
  forked: boolean
}

/** An author by its place in the list of public keys: a batch names few authors, each many times. */
interface NumberedKey {
  readonly author: number
  readonly logId: bigint
}

const KEY_COLUMNS: Columns<NumberedKey> = {
  author: integerColumn(({ author }) => author),
  log_id: u64Column(({ logId }) => logId),
}

const LOG_KEYS = new Bulk(KEY_COLUMNS)

const ENTRY_KEYS = new Bulk<NumberedKey & { readonly seqNum: bigint }>({
  ...KEY_COLUMNS,
  seq_num: u64Column(({ seqNum }) => seqNum),
})

function authorsSelect(names: Names, publicKeys: readonly PublicKey[]): Sql {
  const [single] = publicKeys
  const isSingle = publicKeys.length === 1 && single !== undefined
  // PostgreSQL keeps the plan for a single key, see sql/bulk.ts.
  const keys = isSingle ? sql`${hexToBytes(single)}::bytea` : sql`ANY(${hexArray(publicKeys)}::bytea[])`
  return sql`
    SELECT 'author' AS kind, a.number AS author, a.public_key AS bytes, a.highest_log AS log_id,
      NULL::numeric AS seq_num, NULL::bigint AS document, a.forked
    FROM ${names.table('authors')} AS a WHERE a.public_key = ${keys}`
}

function markSelect(names: Names): Sql {
  return sql`SELECT 'mark', NULL, NULL, a.xmin::text::numeric, NULL, NULL, NULL FROM ${names.table('arrival')} AS a`
}

/** A log id above the author's highest has no head. So the logs that a batch of creates begins are never looked for. */
function headsSelect(names: Names, publicKeys: readonly PublicKey[], logs: readonly LogKey[]): Sql {
  const placeOf = placesOf(publicKeys)
  const keys = logs.map(({ publicKey, logId }) => ({ author: placeOf(publicKey), logId }))
  return sql`
    SELECT 'head', h.author, h.hash, h.log_id, h.seq_num, h.document, h.forked
    FROM ${LOG_KEYS.source(keys)} JOIN ${authorsInOrder(names, publicKeys)} AS a
        ON a.place = u.author AND u.log_id <= a.highest_log
      JOIN ${names.table('heads')} AS h ON h.author = a.number AND h.log_id = u.log_id`
}

function entriesSelect(names: Names, publicKeys: readonly PublicKey[], entries: readonly EntryKey[]): Sql {
  const placeOf = placesOf(publicKeys)
  const keys = entries.map(({ publicKey, logId, seqNum }) => ({ author: placeOf(publicKey), logId, seqNum }))
  return sql`
    SELECT 'entry', e.author, e.hash, e.log_id, e.seq_num, NULL, NULL
    FROM ${ENTRY_KEYS.source(keys)} JOIN ${authorsInOrder(names, publicKeys)} AS a ON a.place = u.author
      JOIN ${names.table('entries')} AS e ON e.author = a.number AND e.log_id = u.log_id AND e.seq_num = u.seq_num`
}

/** Authors with their place in a list of public keys, from 1. */
function authorsInOrder(names: Names, publicKeys: readonly PublicKey[]): Sql {
  return sql`(SELECT k.place, a.number, a.highest_log
    FROM unnest(${hexArray(publicKeys)}::bytea[]) WITH ORDINALITY AS k (public_key, place)
      JOIN ${names.table('authors')} AS a USING (public_key))`
}

function placesOf(publicKeys: readonly PublicKey[]): (publicKey: PublicKey) => number {
  const places = new Map(publicKeys.map((publicKey, index) => [publicKey, index + 1]))
  return (publicKey) => places.get(publicKey) ?? 0
}

function hashesSelect(names: Names, hashes: readonly Hash[]): Sql {
  return sql`
    SELECT 'hash', NULL, e.hash, NULL, NULL, e.decision::bigint, NULL
    FROM ${names.table('entries')} AS e
    WHERE e.hash = ANY(${hexArray(hashes)}::bytea[]) AND e.decision <> ${sql.integer(DECISION.refused)}`
}

function keepEntry(log: LogState | undefined, seqNum: bigint, hash: Hash): void {
  if (!log) return
  log.entries ??= new LogEntries()
  log.entries.set(seqNum, hash)
}

function addAuthor(ledger: Ledger, { author: number, bytes, log_id, forked }: LogRow): AuthorState {
  const publicKey = decodeHex(bytes) as PublicKey
  const known = ledger.authors.get(publicKey)
  if (known) return known
  const highestLogId = log_id ?? undefined
  const author = authorState({ number, publicKey, highestLogId, isForked: forked, isNew: false })
  ledger.authors.set(publicKey, author)
  return author
}
