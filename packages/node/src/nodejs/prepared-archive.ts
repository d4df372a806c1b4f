import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { RakkoError } from '@rakko/core'
import { PREPARED_ARCHIVE_URL, type PreparedFile, readPreparedFiles } from '@rakko/store/pglite'
import { reasonOf } from './reason-of.js'

/** The files that every new database starts from. */
export function loadPreparedFiles(): readonly PreparedFile[] {
  try {
    return readPreparedFiles(gunzipSync(readFileSync(fileURLToPath(PREPARED_ARCHIVE_URL.href))))
  } catch (error) {
    if (error instanceof RakkoError) throw error
    throw new RakkoError(
      'STORAGE_UNAVAILABLE',
      `the prepared database that ships with Rakko cannot be read: ${reasonOf(error)}`,
      {},
      { cause: error },
    )
  }
}
