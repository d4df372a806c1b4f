import { RakkoError } from '@rakko/core'
import { type Devices, wordsOf } from '@rakko/store/pglite'

/** Folder of the origin's private file system that all databases are in. */
const ROOT = 'rakko'
const FILES = ['blocks', 'log-0', 'log-1'] as const
/** Made when the first start is over: from then on nothing is ever made again here. */
const MARKER = 'complete'

/** What browsers say where a page may not have private files, as in some private windows; all else may pass. */
const ABSENT: ReadonlySet<string> = new Set(['SecurityError', 'NotSupportedError', 'NotAllowedError'])

export interface OpfsDatabase {
  readonly devices: Devices
  /** Whether a first start came to its end. */
  readonly isComplete: boolean
  complete(): Promise<void>
}

/**
 * Whether there is a database of this name whose first start came to its end. Makes nothing.
 *
 * @throws {RakkoError} STORAGE_UNAVAILABLE: it cannot be told
 */
export async function hasOpfsDatabase(name: string): Promise<boolean> {
  try {
    const root = await privateRoot()
    if (root === undefined) return false
    const folder = await (await root.getDirectoryHandle(ROOT)).getDirectoryHandle(name)
    return await isMarked(folder)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false
    throw untold(name, error)
  }
}

/** Undefined where this page has none at all, and never had: no secure context, an old browser, or storage denied. */
async function privateRoot(): Promise<FileSystemDirectoryHandle | undefined> {
  if (typeof navigator.storage?.getDirectory !== 'function') return undefined
  try {
    return await navigator.storage.getDirectory()
  } catch (error) {
    if (error instanceof DOMException && ABSENT.has(error.name)) return undefined
    throw error
  }
}

/** Any other failure than its absence is no leave to make a database again. */
async function isMarked(folder: FileSystemDirectoryHandle): Promise<boolean> {
  try {
    await folder.getFileHandle(MARKER)
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false
    throw error
  }
}

/** @throws {RakkoError} STORAGE_UNAVAILABLE: no private file system, or not from here */
export async function openOpfs(name: string): Promise<OpfsDatabase> {
  const handles: FileSystemSyncAccessHandle[] = []
  try {
    if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
      throw new Error('this browser opens its files in dedicated workers only, if at all')
    }
    const root = await navigator.storage.getDirectory()
    const folder = await (await root.getDirectoryHandle(ROOT, { create: true })).getDirectoryHandle(name, {
      create: true,
    })
    const isComplete = await isMarked(folder)
    for (const file of FILES) {
      const handle = await (isComplete
        ? existingFile(folder, file, name)
        : folder.getFileHandle(file, { create: true }))
      handles.push(await handle.createSyncAccessHandle())
    }
    const [blocks, first, second] = handles as [
      FileSystemSyncAccessHandle,
      FileSystemSyncAccessHandle,
      FileSystemSyncAccessHandle,
    ]
    return {
      devices: { blocks, logs: [first, second] },
      isComplete,
      async complete() {
        await folder.getFileHandle(MARKER, { create: true })
      },
    }
  } catch (error) {
    for (const handle of handles) handle.close()
    throw refusal(name, error)
  }
}

async function existingFile(
  folder: FileSystemDirectoryHandle,
  file: string,
  name: string,
): Promise<FileSystemFileHandle> {
  try {
    return await folder.getFileHandle(file)
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
    const words = `the database "${name}" is damaged and was left as it is: one of its files is missing`
    throw new RakkoError('DATABASE_DAMAGED', words, { name, got: file }, { cause: error })
  }
}

/** What a first start that did not come to its end has left, and nobody has open. */
export async function removeOpfs(name: string): Promise<void> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
  await root.removeEntry(name, { recursive: true })
}

function untold(name: string, error: unknown): RakkoError {
  const reason = wordsOf(error)
  const words = `whether the database "${name}" is in the origin's private file system cannot be told: ${reason}`
  return new RakkoError('STORAGE_UNAVAILABLE', words, { name, got: reason }, { cause: error })
}

function refusal(name: string, error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  const reason = wordsOf(error)
  const kind = error instanceof DOMException ? error.name : ''
  // A frozen page keeps its handles, whatever became of its lock.
  if (kind === 'NoModificationAllowedError') {
    return new RakkoError('DATABASE_IN_USE', `another page has the files of the database "${name}" open`, { name })
  }
  const words = `the origin's private file system cannot be used: ${reason}`
  return new RakkoError('STORAGE_UNAVAILABLE', words, { name, got: reason }, { cause: error })
}
