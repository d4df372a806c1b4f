export { indexedDbKeys } from './indexeddb-keys.js'
export { memoryKeys } from './memory-keys.js'
export { webVerifier } from './native-key.js'
export { openWebNode } from './open-node.js'
export {
  type OpenedWebStorage,
  type OpenWebStorageOptions,
  openWebStorage,
  type WebStorageKind,
} from './open-storage.js'
export { webHandler } from './web-handler.js'
