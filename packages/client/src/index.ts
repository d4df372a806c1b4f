import type { OpenNode } from './remote/rakko-node.js'

// Types only: package exports give a browser browser.js and everything else nodejs.js.
export * from './exports.js'
export declare const openNode: OpenNode
