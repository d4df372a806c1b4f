export { createNode, type DocumentsPage, Node, type NodeOptions } from './node.js'
export * from './storage-report.js'
