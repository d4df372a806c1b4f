'use client'

export { RakkoProvider, useNode } from './node-context.js'
export { type DocumentState, useDocument } from './use-document.js'
export { type LiveState, type LiveStatus, useLive } from './use-live.js'
export { useLiveSuspense } from './use-live-suspense.js'
export { type SyncState, useSync } from './use-sync.js'
