export { NO_ROOM } from '../driver/storage-full.js'
export { PGLITE_DATA_URL, PGLITE_WASM_URL, PREPARED_ARCHIVE_URL } from './assets.js'
export { BlockFiles } from './block-files.js'
export { DamagedFilesError } from './block-log.js'
export { DirectoryFiles, type FileSync, MemoryFiles } from './database-files.js'
export type { Device, Devices } from './device.js'
export { type DataTree, inspectData } from './inspect-data.js'
export { type DeviceChanges, MemoryDevice } from './memory-device.js'
export { openPglite } from './open-pglite.js'
export {
  DIRECTORY_FORMAT,
  MARKER_FILE,
  POSTGRES_MAJOR,
  type PreparedFile,
  readPreparedFiles,
} from './prepared-files.js'
export type { Reserve } from './reserve.js'
export { START_PARAMETERS, WAL_SEGMENT_MB } from './start-parameters.js'
export type { PgliteAssets } from './start-postgres.js'
export { emptyModule, environmentFailed, wordsOf } from './webassembly.js'
