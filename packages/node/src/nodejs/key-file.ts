import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bytesToHex, parseSeed, RakkoError, refusal, SEED_BYTES, type Verifier } from '@rakko/core'
import { chooseSigner } from '../choose-backend.js'
import type { KeyStore } from '../key-store.js'
import { exposedMode } from './file-mode.js'
import { nativeSigner } from './native-key.js'
import { reasonOf } from './reason-of.js'
import { readRegularFile } from './regular-file.js'

/**
 * The key of a database in a directory, in a file of mode 0600 beside it; JSON.
 *
 * | member       | content                                                                              |
 * | ------------ | ------------------------------------------------------------------------------------ |
 * | `version`    | 1                                                                                    |
 * | `databaseId` | id of the database that the key signs for                                            |
 * | `directory`  | what tells this very directory from a copy: `<inode>:<time in ns>`, see `identityOf` |
 * | `privateKey` | seed, 64 hexadecimal digits                                                          |
 *
 * A copy of a database has its id as well, and a backup may bring the key along: hence `directory`. Where id or
 * directory differ the file is put aside under the public key's name and a new key is made; likewise where the key was
 * retired.
 */
interface KeyFile {
  readonly version: 1
  readonly databaseId: string
  readonly directory: string
  readonly privateKey: string
}

const KEY_FILE_MODE = 0o600

/** `database` is the folder whose copies must not share the key; it must exist already. `verifier` tries the key. */
export function keyFile(path: string, database: string, verifier?: Verifier): KeyStore {
  return {
    async open(databaseId) {
      try {
        const seed = await openSeed(path, databaseId, await identityOf(database))
        const signer = await chooseSigner(seed, nativeSigner, verifier)
        return { signer, protection: 'file', exposedMode: exposedMode(path), retire: () => retire(path) }
      } catch (cause) {
        if (cause instanceof RakkoError) throw cause
        throw failed(path, 'a file that can be read and written', cause)
      }
    },
  }
}

async function openSeed(path: string, databaseId: string, directory: string): Promise<Uint8Array> {
  const kept = readKeyFile(path)
  if (kept?.databaseId === databaseId && kept.directory === directory) return parseSeed(kept.privateKey)
  if (kept !== undefined) await putAside(path, kept)
  const seed = new Uint8Array(randomBytes(SEED_BYTES))
  await writeKeyFile(path, { version: 1, databaseId, directory, privateKey: bytesToHex(seed) })
  return seed
}

function readKeyFile(path: string): KeyFile | undefined {
  let text: string
  try {
    text = readRegularFile(path).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return parseKeyFile(path, text)
}

/**
 * A damaged file is left as it is: what is in it may be all that there is of a key. Its text stays out of the error.
 */
function parseKeyFile(path: string, text: string): KeyFile {
  let file: Partial<KeyFile> | null
  try {
    file = JSON.parse(text) as Partial<KeyFile> | null
    const { version, databaseId, directory, privateKey } = file ?? {}
    if (version === 1 && typeof databaseId === 'string' && typeof directory === 'string') {
      parseSeed(privateKey ?? '')
      return file as KeyFile
    }
  } catch {
    // Said below.
  }
  throw failed(path, 'a key file of version 1', undefined)
}

/** Written beside, flushed, then renamed into place: a crash leaves the old file or the new one, and never a half. */
async function writeKeyFile(path: string, content: KeyFile): Promise<void> {
  const temporary = `${path}.${process.pid}.new`
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', KEY_FILE_MODE)
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory for this, and needs it not.
  const directory = await open(path, 'r').catch(() => undefined)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}

async function retire(path: string): Promise<void> {
  try {
    const kept = readKeyFile(path)
    if (kept !== undefined) await putAside(path, kept)
  } catch (cause) {
    throw cause instanceof RakkoError ? cause : failed(path, 'a file that can be renamed', cause)
  }
}

async function putAside(path: string, { privateKey }: KeyFile): Promise<void> {
  await rename(path, `${path}.${nativeSigner(parseSeed(privateKey)).publicKey.slice(0, 16)}`)
}

/** Written when the directory was made, and never again. */
const UNCHANGING_FILE = 'PG_VERSION'

/**
 * A directory that was copied or restored has another inode, or uses one again: then its files are of a later time. The
 * change time of a file that never changes tells these apart. No program can set it, every file system keeps it, and
 * moving the directory leaves it alone. (Some systems keep no time of birth and return that of the latest change.)
 */
async function identityOf(directory: string): Promise<string> {
  const [{ ino }, { ctimeNs }] = await Promise.all([
    stat(directory, { bigint: true }),
    stat(join(directory, UNCHANGING_FILE), { bigint: true }),
  ])
  return `${ino}:${ctimeNs}`
}

function failed(path: string, expected: string, cause: unknown): RakkoError {
  const got = cause === undefined ? 'another content' : reasonOf(cause)
  const about = `The key file ${path} cannot be used and was left as it is`
  return refusal('KEY_STORE_FAILED', { expected, got, about, details: { path }, cause })
}
