import type { DocumentId, Hash } from '@rakko/core'
import type { DocumentStore } from '@rakko/store'

/** Where the data of a node lie. It outlives the node's processes. */
export interface Place {
  /** A store on what is durable, for a process that starts. Whoever used the one before is gone. */
  open(): Promise<DocumentStore>
  /** Drops payloads of deleted documents, in the store that is open. */
  purge(): Promise<void>
  /** Removes a document for good, in the store that is open. */
  forget(document: DocumentId): Promise<void>
  /** What would be left now if it were flushed: `keep` makes it durable. */
  mark(): Mark
  /** Everything is gone: the next process finds nothing and gets a database id of its own. */
  wipe(): Promise<void>
  /** Keeps a copy of what is durable. */
  save(): Promise<void>
  /** Puts the copy that was saved last in the place of everything. Returns whether there was one. */
  restore(): Promise<boolean>
  /** Entries that are durable here: those that the next process would find. */
  heldIds(): Promise<ReadonlySet<Hash>>
}

export interface Mark {
  keep(): void
}
