import type {
  EncodableOperation,
  IncludeInput,
  IncludeOf,
  OrderOf,
  QueryInput,
  SchemaDefinition,
  UpdateFields,
  Where,
  WhereOf,
  WriteTarget,
} from '@rakko/core'
import type { AssembleOptions, NodeOptions } from '@rakko/node'
import type { OpenStorageOptions, WriteSchemasOptions } from '@rakko/node/nodejs'
import type { OpenParams, PurgeParams } from '@rakko/node/rpc'
import type { PublishItem, StoreOptions } from '@rakko/store'
import type {
  BatchChangeOptions,
  CallOptions,
  ChangeOptions,
  Collection,
  CreateOptions,
  FindOptions,
  IncludeOptions,
  IngestItem,
  LiveIncludeQuery,
  LiveObserver,
  LiveOptions,
  LiveQuery,
  OpenNode,
  OpenNodeOptions,
  OpenPortOptions,
  PortLike,
  PurgeOptions,
  RakkoNode,
  Row,
  RowPage,
  ServeOptions,
} from '../src/exports.js'
import type { TestSchemas } from './acceptance/test-schemas.js'

// Compiled with the tests, never run. Under exactOptionalPropertyTypes a member that may be left out takes undefined
// only where its type says so: apps hand on what they perhaps have.

/** Names of members that may be left out and still take no undefined. */
type Exact<T> = {
  [Name in keyof T]-?: Partial<Pick<T, Name>> extends Pick<T, Name>
    ? { [Only in Name]: undefined } extends Pick<T, Name>
      ? never
      : Name
    : never
}[keyof T]

type Event = TestSchemas['event']
type Thing = TestSchemas['thing']

/** Every type of options or arguments that has such members. */
interface Arguments {
  batchChangeOptions: BatchChangeOptions
  callOptions: CallOptions
  changeOptions: ChangeOptions
  createOptions: CreateOptions
  findOptions: FindOptions<Event>
  includeOptions: IncludeOptions<Event, { venue: true }>
  ingestItem: IngestItem
  liveQuery: LiveQuery<Event>
  liveIncludeQuery: LiveIncludeQuery<Event, { venue: true }>
  liveObserver: LiveObserver<Row<Event>>
  liveOptions: LiveOptions
  openNodeOptions: OpenNodeOptions
  openPortOptions: OpenPortOptions
  portLike: PortLike
  purgeOptions: PurgeOptions
  serveOptions: ServeOptions
  update: UpdateFields<Event>
  where: WhereOf<Event>
  comparison: Exclude<NonNullable<WhereOf<Event>['title']>, string>
  search: Extract<WhereOf<Event>['$search'], object>
  order: Extract<OrderOf<Event>, { readonly starts?: unknown }>
  singleInclude: Extract<IncludeOf<Event>['venue'], object>
  listInclude: Extract<IncludeOf<Thing>['places'], object>
  queryInput: QueryInput
  nestedQueryInput: Extract<IncludeInput[string], object>
  includeInput: IncludeInput
  untypedWhere: Where
  searchInput: Extract<Where['$search'], object>
  schemaDefinition: SchemaDefinition
  searchDefinition: Extract<SchemaDefinition['search'], { readonly fields: unknown }>
  encodableOperation: EncodableOperation
  writeTarget: WriteTarget
  assembleOptions: AssembleOptions
  nodeOptions: NodeOptions
  openParams: OpenParams
  purgeParams: PurgeParams
  openStorageOptions: OpenStorageOptions
  writeSchemasOptions: WriteSchemasOptions
  storeOptions: StoreOptions
  publishItem: PublishItem
}

type Faults = { [Type in keyof Arguments]: Exact<Arguments[Type]> }[keyof Arguments]

const nothing = <None extends never>(): None | undefined => undefined
nothing<Faults>()
// @ts-expect-error the check finds what it looks for
nothing<Exact<{ readonly after?: string }>>()

declare const openNode: OpenNode
declare const node: RakkoNode
declare const events: Collection<Event>
declare const page: RowPage<Row<Event>>
declare const maybe: {
  signal: AbortSignal | undefined
  deadlineMs: number | undefined
  text: string | undefined
  direction: 'asc' | 'desc' | undefined
  onError: ((error: Error) => void) | undefined
}

async function perhaps(): Promise<void> {
  const { signal, deadlineMs, text, direction, onError } = maybe
  const call = { signal, deadlineMs }
  await openNode({ name: 'app', storage: undefined, directory: text, schemas: undefined, ...call })
  await events.create({ title: 'a', starts: 1, venue: 'id' }, { idempotencyId: text, ...call })
  await events.update('id', { title: text }, { previous: text, ...call })
  await events.delete('id', { previous: text, ...call })
  await events.get('id', call)
  await events.page({ after: page.endCursor, before: page.startCursor, first: undefined, count: undefined, ...call })
  await events.find({ where: { title: text, $search: text }, orderBy: { starts: direction }, include: undefined })
  await events.find({ include: { venue: { where: { name: text } } }, after: page.endCursor, ...call })
  events.live({ after: page.endCursor }, { next: () => {}, error: onError }, { signal })
  await node.sql('SELECT 1', undefined, call)
  await node.storage(call)
}

export { perhaps }
