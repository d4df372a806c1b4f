export { indexedDbKeys } from './indexeddb-keys.js'
export { memoryKeys } from './memory-keys.js'
export { webVerifier } from './native-key.js'
