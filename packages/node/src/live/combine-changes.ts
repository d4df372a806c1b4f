import type { DocumentId, SchemaId } from '@rakko/core'
import type { DocumentChange, StoreCommit } from '@rakko/store'
import { ownBytes } from './document-bytes.js'

/** What became of documents, by their schema and id. */
export type Changes = ReadonlyMap<SchemaId, ReadonlyMap<DocumentId, DocumentChange>>

/** A commit as live queries look into it. */
export interface IndexedCommit {
  readonly number: number
  readonly changes: Changes
  /** What it takes in memory, roughly. */
  readonly bytes: number
}

export function indexCommit({ number, changes }: StoreCommit): IndexedCommit {
  const bySchema = new Map<SchemaId, Map<DocumentId, DocumentChange>>()
  let bytes = 0
  for (const change of changes) {
    bytes += ownBytes(change)
    const ofSchema = bySchema.get(change.schemaId) ?? new Map<DocumentId, DocumentChange>()
    bySchema.set(change.schemaId, ofSchema.set(change.id, change))
  }
  return { number, changes: bySchema, bytes }
}

/** What commits that follow each other made of documents together. */
export function combineChanges(commits: readonly IndexedCommit[]): Changes {
  const [first] = commits
  if (first && commits.length === 1) return first.changes
  const combined = new Map<SchemaId, Map<DocumentId, DocumentChange>>()
  for (const { changes } of commits) {
    for (const [schemaId, ofSchema] of changes) {
      const documents = combined.get(schemaId) ?? new Map<DocumentId, DocumentChange>()
      combined.set(schemaId, documents)
      for (const [id, change] of ofSchema) documents.set(id, follow(documents.get(id), change))
    }
  }
  return combined
}

function follow(before: DocumentChange | undefined, change: DocumentChange): DocumentChange {
  if (!before) return change
  const fields = change.deleted ? change.fields : new Map([...before.fields, ...change.fields])
  return { ...change, isNew: before.isNew, fields }
}
