import { done, hasDatabase } from './indexeddb-devices.js'

/**
 * That a database is in the private file system, said by an empty one in IndexedDB. Safari's private windows have no
 * private file system and report it as UnknownError, which elsewhere is a failure that passes: this note tells the two
 * apart.
 */
const noteName = (name: string) => `rakko-opfs:${name}`

/** Made before the first start of a database in the private file system is over. */
export async function noteInOpfs(name: string): Promise<void> {
  const database = await done(indexedDB.open(noteName(name)))
  database.close()
}

/** Where the database was not made after all. */
export async function removeOpfsNote(name: string): Promise<void> {
  await done(indexedDB.deleteDatabase(noteName(name)))
}

/** Rejects with whatever IndexedDB says where it cannot be asked. */
export function isNotedInOpfs(name: string): Promise<boolean> {
  return hasDatabase(noteName(name))
}
