import { expectTypeOf } from 'vitest'
import type { DocumentId, DocumentViewId, PublicKey } from '../../src/ids.js'
import { bindSchemas } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import {
  bigint,
  bool,
  bytes,
  float,
  int,
  pinnedRelation,
  pinnedRelationList,
  relation,
  relationList,
  schemaId,
  str,
} from '../../src/schema/definition.js'
import type { CreateFields, OrderOf, Row, UpdateFields, WhereOf } from '../../src/schema/row.js'

// Compiled with the tests, never run: a wrong type here is an error of the compiler.

const definitions = defineSchemas({
  venue: { description: '', fields: { name: str() } },
  event: {
    description: '',
    fields: {
      title: str(),
      starts: int(),
      ticks: bigint(),
      price: float(),
      open: bool(),
      poster: bytes(),
      venue: relation('venue'),
      guests: relationList('venue'),
      image: pinnedRelation(schemaId('blob_v1')),
      history: pinnedRelationList('venue'),
    },
  },
})
const schemas = bindSchemas(definitions, { venue: '', event: '' }, [])
type Event = typeof schemas.event
type Venue = typeof schemas.venue

expectTypeOf<Row<Event>['title']>().toEqualTypeOf<string>()
expectTypeOf<Row<Event>['starts']>().toEqualTypeOf<number>()
expectTypeOf<Row<Event>['ticks']>().toEqualTypeOf<bigint>()
expectTypeOf<Row<Event>['price']>().toEqualTypeOf<number>()
expectTypeOf<Row<Event>['open']>().toEqualTypeOf<boolean>()
expectTypeOf<Row<Event>['poster']>().toEqualTypeOf<Uint8Array>()
expectTypeOf<Row<Event>['venue']>().toEqualTypeOf<DocumentId>()
expectTypeOf<Row<Event>['guests']>().toEqualTypeOf<DocumentId[]>()
expectTypeOf<Row<Event>['image']>().toEqualTypeOf<DocumentViewId>()
expectTypeOf<Row<Event>['history']>().toEqualTypeOf<DocumentViewId[]>()
expectTypeOf<Row<Event>['$id']>().toEqualTypeOf<DocumentId>()
expectTypeOf<Row<Event>['$owner']>().toEqualTypeOf<PublicKey>()
expectTypeOf<keyof Row<Venue>>().toEqualTypeOf<
  'name' | '$id' | '$viewId' | '$owner' | '$signer' | '$edited' | '$deleted'
>()

expectTypeOf<CreateFields<Event>>().toEqualTypeOf<{
  readonly title: string
  readonly starts: number | bigint
  readonly ticks: number | bigint
  readonly price: number
  readonly open: boolean
  readonly poster: Uint8Array
  readonly venue: string
  readonly guests: readonly string[]
  readonly image: string
  readonly history: readonly string[]
}>()
expectTypeOf<UpdateFields<Event>>().toEqualTypeOf<{
  readonly [Name in keyof CreateFields<Event>]?: CreateFields<Event>[Name] | undefined
}>()
expectTypeOf<CreateFields<Venue>>().toEqualTypeOf<{ readonly name: string }>()
expectTypeOf<CreateFields<Event>['starts']>().toEqualTypeOf<number | bigint>()
expectTypeOf<CreateFields<Event>['guests']>().toEqualTypeOf<readonly string[]>()
expectTypeOf<UpdateFields<Venue>>().toEqualTypeOf<{ readonly name?: string | undefined }>()

const create = <Fields>(_: Fields): void => {}
create<CreateFields<Venue>>({ name: 'Main stage' })
// @ts-expect-error a field is missing
create<CreateFields<Venue>>({})
// @ts-expect-error the schema has no such field
create<CreateFields<Venue>>({ name: 'Main stage', capacity: 5 })
// @ts-expect-error a field of another type
create<CreateFields<Venue>>({ name: 5 })
create<UpdateFields<Event>>({})
create<UpdateFields<Event>>({ starts: 5n, venue: 'an id' })
// @ts-expect-error a field of another type
create<UpdateFields<Event>>({ open: 1 })
create<UpdateFields<Event>>({ title: undefined })
// @ts-expect-error null is no value
create<UpdateFields<Event>>({ title: null })
// @ts-expect-error meta fields cannot be set
create<UpdateFields<Event>>({ $owner: '' })

const where = <Filter>(_: Filter): void => {}
where<WhereOf<Event>>({ title: 'a', starts: { gte: 1, lt: 2n }, $owner: { in: ['key'] }, $edited: true })
where<WhereOf<Event>>({ $search: 'a', $not: { $search: { text: 'b', fields: ['title'], language: 'english' } } })
// @ts-expect-error: no text field
where<WhereOf<Event>>({ $search: { text: 'a', fields: ['starts'] } })
// @ts-expect-error: no text to look for
where<WhereOf<Event>>({ $search: { fields: ['title'] } })
where<WhereOf<Event>>({ $or: [{ title: { contains: 'a' } }, { $not: { guests: { in: ['id'] } } }], open: undefined })
// @ts-expect-error the schema has no such field
where<WhereOf<Event>>({ capacity: 5 })
// @ts-expect-error nested filters are held to the schema as well
where<WhereOf<Event>>({ $or: [{ capacity: 5 }] })
// @ts-expect-error a value of another type
where<WhereOf<Event>>({ title: { eq: 5 } })
// @ts-expect-error a bool has no order
where<WhereOf<Event>>({ open: { gt: true } })
// @ts-expect-error only text contains
where<WhereOf<Event>>({ starts: { contains: 1 } })
// @ts-expect-error lists are compared by their elements
where<WhereOf<Event>>({ guests: { eq: [] } })
// @ts-expect-error null is no value
where<WhereOf<Event>>({ title: null })

const order = <Order>(_: Order): void => {}
order<OrderOf<Event>>('title')
order<OrderOf<Event>>({ starts: 'desc' })
order<OrderOf<Event>>(['open', { $owner: 'asc' }])
// @ts-expect-error the schema has no such field
order<OrderOf<Event>>('capacity')
// @ts-expect-error lists have no order
order<OrderOf<Event>>('guests')
// @ts-expect-error a direction is asc or desc
order<OrderOf<Event>>({ title: 'down' })

// @ts-expect-error no definition has this name
defineSchemas({ venue: { description: '', fields: { hall: relation('hall') } } })
// @ts-expect-error a schema has a description
defineSchemas({ venue: { fields: { name: str() } } })
// @ts-expect-error every schema needs its id
bindSchemas(definitions, { venue: '' }, [])
// @ts-expect-error no such schema was defined
schemas.hall

const evolved = bindSchemas(defineSchemas({ venue: { description: '', fields: { name: str() } } }), { venue: '' }, [], {
  venue: [{ id: '', description: '', fields: { name: { type: 'str' }, capacity: { type: 'int' } } }],
  hall: [{ id: '', description: '', fields: { venue: { type: 'relation', target: schemaId('blob_v1') } } }],
})
type Was = (typeof evolved)['$versions']['venue'][0]
expectTypeOf<Row<Was>['name']>().toEqualTypeOf<string>()
expectTypeOf<Row<Was>['capacity']>().toEqualTypeOf<number>()
expectTypeOf<Row<(typeof evolved)['$versions']['hall'][0]>['venue']>().toEqualTypeOf<DocumentId>()
// @ts-expect-error there was one version before
evolved.$versions.venue[1]
// @ts-expect-error no schema of this name was left out
evolved.$versions.stage
