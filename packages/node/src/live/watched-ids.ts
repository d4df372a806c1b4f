import type { Query, SchemaId } from '@rakko/core'
import type { Document } from '@rakko/store'
import type { Changes } from './combine-changes.js'
import { MAX_WATCHED_IDS } from './limits.js'

/**
 * The documents that a page's included relations name, shown or not: only a change of one of them can change what is
 * included. What a pinned relation shows depends on views, so there every change of the schema counts.
 */
export class WatchedIds {
  readonly #bySchema = new Map<SchemaId, Set<string> | 'all'>()
  #left = MAX_WATCHED_IDS

  constructor(query: Query, documents: readonly Document[]) {
    this.#watch(query, documents)
  }

  hasAny(changes: Changes): boolean {
    return [...this.#bySchema].some(([schemaId, watched]) => {
      const ids = changes.get(schemaId)?.keys() ?? []
      return watched === 'all' ? changes.has(schemaId) : [...ids].some((id) => watched.has(id))
    })
  }

  #watch({ include = [] }: Query, documents: readonly Document[]): void {
    for (const { field, query } of include) {
      for (const { fields, related } of documents) {
        const relation = fields.get(field)
        if (relation?.type === 'relation') this.#add(query.schemaId, [relation.value])
        else if (relation?.type === 'relation_list') this.#add(query.schemaId, relation.value)
        else if (relation) this.#bySchema.set(query.schemaId, 'all')
        this.#watch(query, related?.get(field)?.documents ?? [])
      }
    }
  }

  #add(schemaId: SchemaId, ids: readonly string[]): void {
    const watched = this.#bySchema.get(schemaId) ?? new Set<string>()
    if (watched === 'all') return
    this.#left -= ids.length
    for (const id of ids) watched.add(id)
    this.#bySchema.set(schemaId, this.#left < 0 ? 'all' : watched)
  }
}
