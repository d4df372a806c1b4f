import type { FromLeader, ToLeader } from '../../shared/messages.js'

/** Name of the BroadcastChannel that all tabs with a node of this name listen to. */
export function commonChannel(name: string): string {
  return `rakko tabs ${name}`
}

/** Name of the BroadcastChannel between one tab and whoever leads. */
export function channelOf(name: string, tab: string): string {
  return `rakko tab ${name} ${tab}`
}

/** Name of the Web Lock of the tab that leads. */
export function leaderLock(name: string): string {
  return `rakko leader ${name}`
}

/** Name of the Web Lock that a tab holds as long as it is there. */
export function tabLock(name: string, tab: string): string {
  return `rakko tab ${name} ${tab}`
}

/** On the common channel: a tab wants to be served. Keeps its form in every version. */
export interface Hello {
  readonly tab: string
  readonly version: number
}

/** On the common channel: from now on this one leads. Keeps its form in every version. */
export interface Leads {
  readonly leader: string
}

/** To the leader, on a tab's channel. */
export type ToLeadingTab = ToLeader & { readonly to: string }

/** From the leader, on a tab's channel. `isHere` is also the reply to Hello while the database is being opened. */
export type FromLeadingTab = (FromLeader | Welcome) & { readonly leader: string }

/** The reply to Hello, once the database is open. Keeps its form in every version. */
export interface Welcome {
  readonly version: number
  /** What the database lies in. What lies in memory is not shared. */
  readonly kind: string
}

/** A name that nobody else of the origin has. */
export function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')
}
