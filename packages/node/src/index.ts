export { useFastBlake3 } from './fast-blake3.js'
export { createNode, type DocumentsPage, Node, type NodeOptions } from './node.js'
export * from './storage-report.js'
