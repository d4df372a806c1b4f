import { type Hash, isSkiplinkRequired, lipmaa, type PublicKey } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { bulkBind, type Columns } from '../sql/bulk.js'
import { hexArray, hexColumn, u64Column } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { joinSelects, type Statement } from '../sql/statement.js'
import { decodeHex } from '../values/decode-column.js'
import type { AuthorState, Ledger } from './ledger.js'

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

/** The skiplink's target of an entry, if it has one. */
export function skiplinkKeys({ publicKey, logId }: LogKey, seqNum: bigint): EntryKey[] {
  return isSkiplinkRequired(seqNum) ? [{ publicKey, logId, seqNum: lipmaa(seqNum) }] : []
}

/** Reads authors, heads, entries and known hashes into the ledger: one statement. */
export async function preloadLogs(
  session: Session,
  names: Names,
  ledger: Ledger,
  publicKeys: ReadonlySet<PublicKey>,
  { logs, entries, hashes }: LogQuestions,
): Promise<void> {
  const selects = [authorsSelect(names, publicKeys)]
  if (logs.length > 0) selects.push(headsSelect(names, logs))
  if (entries.length > 0) selects.push(entriesSelect(names, entries))
  if (hashes.length > 0) selects.push(hashesSelect(names, hashes))
  const { text, parameters } = joinSelects(selects)
  const { rows } = await session.query<LogRow>(text, parameters)

  const authors = new Map<number, AuthorState>()
  for (const row of rows) if (row.kind === 'author') authors.set(row.author, addAuthor(ledger, row))
  for (const { kind, author: number, log_id, seq_num, bytes, document, forked } of rows) {
    const hash = decodeHex(bytes) as Hash
    if (kind === 'hash') ledger.entryHashes.add(hash)
    const author = authors.get(number)
    if (!author) continue
    if (kind === 'entry') author.logs.get(log_id)?.entries.set(seq_num, hash)
    if (kind !== 'head') continue
    author.logs.set(log_id, {
      author,
      logId: log_id,
      document: Number(document),
      seqNum: seq_num,
      hash,
      isForked: forked,
      isNew: false,
      isChanged: false,
      entries: new Map([[seq_num, hash]]),
    })
  }
}

/** One shape for four kinds of rows; what a kind lacks is NULL. Heads come before entries. */
interface LogRow {
  kind: 'author' | 'head' | 'entry' | 'hash'
  author: number
  bytes: Uint8Array
  log_id: bigint
  seq_num: bigint
  document: bigint
  forked: boolean
}

const LOG_KEYS: Columns<LogKey> = {
  public_key: hexColumn(({ publicKey }) => publicKey),
  log_id: u64Column(({ logId }) => logId),
}

const ENTRY_KEYS: Columns<EntryKey> = {
  public_key: hexColumn(({ publicKey }) => publicKey),
  log_id: u64Column(({ logId }) => logId),
  seq_num: u64Column(({ seqNum }) => seqNum),
}

function authorsSelect(names: Names, publicKeys: ReadonlySet<PublicKey>): Statement {
  return {
    text: `
      SELECT 'author' AS kind, a.number AS author, a.public_key AS bytes, a.highest_log AS log_id,
        NULL::numeric AS seq_num, NULL::bigint AS document, NULL::boolean AS forked
      FROM ${names.table('authors')} AS a WHERE a.public_key = ANY($1::bytea[])`,
    parameters: [hexArray(publicKeys)],
  }
}

function headsSelect(names: Names, keys: readonly LogKey[]): Statement {
  const { source, parameters } = bulkBind(LOG_KEYS, keys)
  return {
    text: `
      SELECT 'head', h.author, h.hash, h.log_id, h.seq_num, h.document, h.forked
      FROM ${source} JOIN ${names.table('authors')} AS a USING (public_key)
        JOIN ${names.table('heads')} AS h ON h.author = a.number AND h.log_id = u.log_id`,
    parameters,
  }
}

function entriesSelect(names: Names, keys: readonly EntryKey[]): Statement {
  const { source, parameters } = bulkBind(ENTRY_KEYS, keys)
  return {
    text: `
      SELECT 'entry', e.author, e.hash, e.log_id, e.seq_num, NULL, NULL
      FROM ${source} JOIN ${names.table('authors')} AS a USING (public_key)
        JOIN ${names.table('entries')} AS e ON e.author = a.number AND e.log_id = u.log_id AND e.seq_num = u.seq_num`,
    parameters,
  }
}

function hashesSelect(names: Names, hashes: readonly Hash[]): Statement {
  return {
    text: `
      SELECT 'hash', NULL, e.hash, NULL, NULL, NULL, NULL
      FROM ${names.table('entries')} AS e WHERE e.hash = ANY($1::bytea[])`,
    parameters: [hexArray(hashes)],
  }
}

function addAuthor(ledger: Ledger, { author: number, bytes, log_id }: LogRow): AuthorState {
  const publicKey = decodeHex(bytes) as PublicKey
  const known = ledger.authors.get(publicKey)
  if (known) return known
  const author: AuthorState = {
    number,
    publicKey,
    highestLogId: log_id ?? undefined,
    isNew: false,
    isChanged: false,
    logs: new Map(),
    logOf: new Map(),
  }
  ledger.authors.set(publicKey, author)
  return author
}
