declare global {
  interface ImportMeta {
    url: string
  }
}

/** An address, as this platform types it. */
interface Address {
  readonly href: string
}

declare const URL: new (address: string, base: string) => Address

/** The archive that `npm run prepare-directory` wrote: a tar, compressed with gzip. */
export const PREPARED_ARCHIVE_URL: Address = new URL('./prepared/database.pack', import.meta.url)

/**
 * PGlite's files for a browser. A bundler replaces these addresses by those of the copies that it makes. In Node they
 * lead nowhere and are not needed: there PGlite finds its files by itself.
 */
export const PGLITE_WASM_URL: Address = new URL('@electric-sql/pglite/pglite.wasm', import.meta.url)
export const PGLITE_DATA_URL: Address = new URL('@electric-sql/pglite/pglite.data', import.meta.url)
