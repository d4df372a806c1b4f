export * from './driver.js'
export * from './kysely-dialect.js'
export * from './sql-error.js'
