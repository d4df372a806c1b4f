/**
 * The parts of PGlite that the driver is made of. In browsers `#pglite` stands for browser-pglite.js instead, which
 * scripts/bundle-pglite.mjs makes.
 */
export { PGlite } from '@electric-sql/pglite'
export { BaseFilesystem, ERRNO_CODES, type Filesystem, type FsStats } from '@electric-sql/pglite/basefs'
