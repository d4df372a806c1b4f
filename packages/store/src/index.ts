export { createStore, DEFAULT_SCHEMA_NAME, type StoreOptions } from './create-store.js'
export * from './driver/index.js'
export { DATABASE_FORMAT, migrate } from './migrations/migrate.js'
export * from './store.js'
