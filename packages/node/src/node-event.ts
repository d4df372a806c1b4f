import type { DocumentId, OperationId, PublicKey, RakkoError } from '@rakko/core'
import type { VerifyReport } from '@rakko/store'

/** What a node tells of by itself. Each listener is told what has happened since the node was opened. */
export type NodeEvent =
  /**
   * Two branches of a log were seen. Both are kept; the log takes no more entries by publishing. Not told of logs that
   * define schemas: two branches of an app, signed with one developer's key, fork these, and that is nothing to act on.
   */
  | {
      readonly type: 'log-forked'
      readonly publicKey: PublicKey
      readonly logId: bigint
      readonly documentId: DocumentId
    }
  /**
   * An entry arrived that is signed with this node's key and was not written here: a copy of the key is in use
   * elsewhere. The node signs with a new key from now on; or no more, where `error` says why there is none.
   */
  | {
      readonly type: 'key-cloned'
      readonly publicKey: PublicKey
      readonly operationId: OperationId
      readonly newPublicKey?: PublicKey
      readonly error?: RakkoError
    }
  /** Others than its owner may read or change the file of this node's key. `mode` as `chmod` takes it: `644`. */
  | { readonly type: 'key-exposed'; readonly publicKey: PublicKey; readonly mode: string }
  /**
   * The app's schema.lock has a fault that the app can do without: a commit of no use, or an earlier version that it
   * lacks.
   */
  | { readonly type: 'schema-lock-damaged'; readonly error: RakkoError }
  /** A verification has come to its end and has found damage: what it has repaired, and what is lost. */
  | { readonly type: 'damage-found'; readonly report: VerifyReport }
  /** At an address that this node dials there is another database than before: the peer was wiped or replaced. */
  | {
      readonly type: 'peer-replaced'
      readonly address: string
      readonly databaseId: string
      readonly formerDatabaseId: string
    }
  /** A peer no longer has what it had when it was met last. All is compared, and it gets back what it lacks. */
  | { readonly type: 'peer-restored'; readonly databaseId: string; readonly publicKey: PublicKey }
  /**
   * A peer has sent an entry that this node does not take: `error` says why. Its hash is kept where it can never be
   * taken. `operationId` is absent where the bytes are no entry, `address` where the peer has dialled this node.
   * `untold`: so many were refused since the event before, and not told of. At most 20 are told in a minute.
   */
  | {
      readonly type: 'entry-refused'
      readonly error: RakkoError
      readonly operationId?: OperationId | undefined
      readonly address?: string | undefined
      readonly databaseId: string
      readonly publicKey: PublicKey
      readonly untold: number
    }
  /** As much is stored of an author as `sync.quotas` lets: nothing of the author is taken from peers any more. */
  | { readonly type: 'author-quota-reached'; readonly publicKey: PublicKey }
  /** A tab with a later version of the app waits for this one: it has to be reloaded. */
  | { readonly type: 'later-version' }
  /** The listener takes events so slowly that the node has dropped the oldest of those that it has not taken. */
  | { readonly type: 'events-missed'; readonly count: number }
