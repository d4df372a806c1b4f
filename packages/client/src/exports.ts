export type * from './collection-types.js'
export type * from './rakko-node.js'
