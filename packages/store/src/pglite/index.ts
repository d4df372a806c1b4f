export { NO_ROOM } from '../driver/storage-full.js'
export { PGLITE_DATA_URL, PGLITE_WASM_URL, PREPARED_ARCHIVE_URL } from './assets.js'
export { BlockFiles } from './files/block-files.js'
export { DamagedFilesError } from './files/block-log.js'
export { DirectoryFiles, type FileSync, MemoryFiles } from './files/database-files.js'
export type { Device, Devices } from './files/device.js'
export { type DataTree, inspectData } from './files/inspect-data.js'
export { type DeviceChanges, MemoryDevice } from './files/memory-device.js'
export {
  DIRECTORY_FORMAT,
  MARKER_FILE,
  POSTGRES_MAJOR,
  type PreparedFile,
  readPreparedFiles,
} from './files/prepared-files.js'
export { openPglite } from './open-pglite.js'
export type { Reserve } from './server/reserve.js'
export { START_PARAMETERS, WAL_SEGMENT_MB } from './server/start-parameters.js'
export type { PgliteAssets } from './server/start-postgres.js'
export { emptyModule, environmentFailed, wordsOf } from './server/webassembly.js'
