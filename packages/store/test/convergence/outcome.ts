import type { DocumentId, RakkoError } from '@rakko/core'
import type { DocumentStore } from '../../src/store.js'
import { wordOf } from '../acceptance/ingesting.js'
import type { RandomGraph } from './random-graph.js'

/**
 * All of a store that has to be the same whatever the order of arrival. That is rows with their view ids, histories,
 * what was decided about each entry, forks, schemas and their state hashes.
 */
export async function outcomeOf(store: DocumentStore, { items, schemaIds, publicKeys }: RandomGraph): Promise<unknown> {
  const ids = [...new Set(items.map(({ documentId }) => documentId))].sort()
  const documents = await store.documents(ids)
  const viewIds = documents.flatMap((document) => document?.viewId ?? [])
  return {
    documents,
    histories: await Promise.all(ids.map((id: DocumentId) => store.history(id))),
    views: await store.views(items.map(({ viewId }) => viewId)),
    schemas: await Promise.all(schemaIds.map((id) => store.schema(id))),
    stateHashes: await Promise.all(schemaIds.map((id) => store.stateHash(id))),
    nextArgs: await Promise.all(
      publicKeys.flatMap((publicKey) =>
        [undefined, ...viewIds].map((viewId) =>
          store.nextArgs(publicKey, viewId).catch((error: RakkoError) => error.code),
        ),
      ),
    ),
    decisions: (await store.ingest(items)).map(wordOf),
  }
}
