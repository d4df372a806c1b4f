export * from './database-files.js'
export * from './open-pglite.js'
export * from './prepared-files.js'
export * from './start-parameters.js'
