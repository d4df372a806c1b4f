import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { PREPARED_ARCHIVE_URL, readPreparedFiles, START_PARAMETERS } from '@rakko/store/pglite'

/**
 * Writes the prepared archive's files into a new directory. Faster than PGlite's own `loadDataDir`, so the harder
 * floor.
 */
export function unpackBare(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const { path, bytes } of readPreparedFiles(gunzipSync(readFileSync(fileURLToPath(PREPARED_ARCHIVE_URL.href))))) {
    if (bytes) writeFileSync(join(directory, path), bytes)
    else mkdirSync(join(directory, path))
  }
}

/** PGlite as its own documentation opens it, with a node's start parameters. */
export async function openBare(directory: string): Promise<PGlite> {
  const pglite = new PGlite({ dataDir: directory, startParams: [...START_PARAMETERS] })
  await pglite.waitReady
  return pglite
}
