import { RakkoError } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import type { Cancellation } from '../src/rpc/cancellation.js'
import { errorFromData, errorToData } from '../src/rpc/error-data.js'
import type { Reply, Request } from '../src/rpc/messages.js'
import { serve } from '../src/rpc/serve.js'

/** Serves with `answer` and says what it was asked. */
function served(answer: (request: Request, cancellation: Cancellation) => Promise<unknown> = async () => 'done') {
  const asked: Request[] = []
  const session = serve((request, cancellation) => {
    asked.push(request)
    return answer(request, cancellation)
  })
  return { ...session, asked, handle: (message: unknown) => session.facade.handle(message) }
}

const count = { id: 7, method: 'count', params: { schemaId: 's', query: {} } }

/** Elements of lists that have none: of such a list a message of a few bytes can claim 4 294 967 295. */
const HOLES = 3

function refusedAt(reply: Reply): unknown {
  return reply.ok ? 'accepted' : [reply.id, reply.error.code, reply.error.details.field]
}

describe('serve', () => {
  test('replies to a request with its id and the handler’s result', async () => {
    const { handle, asked } = served(async () => 3)
    expect(await handle(count)).toEqual({ id: 7, ok: true, result: 3 })
    expect(asked).toEqual([count])
  })

  test.each<[unknown, number | null, string]>([
    ['hello', null, 'message'],
    [undefined, null, 'message'],
    [null, null, 'message'],
    [[count], null, 'message'],
    [{}, null, 'id'],
    [{ ...count, id: '7' }, null, 'id'],
    [{ ...count, id: -1 }, -1, 'id'],
    [{ ...count, id: 1.5 }, 1.5, 'id'],
    [{ ...count, method: 'drop' }, 7, 'method'],
    [{ ...count, method: 'toString' }, 7, 'method'],
    [{ ...count, method: 5 }, 7, 'method'],
    [{ id: 7, method: 'count' }, 7, 'params'],
    [{ ...count, params: [] }, 7, 'params'],
    [{ ...count, params: { schemaId: 5, query: {} } }, 7, 'params.schemaId'],
    [{ ...count, params: { schemaId: 's', query: 'all' } }, 7, 'params.query'],
    [{ id: 7, method: 'create', params: { schemaId: 's', items: {} } }, 7, 'params.items'],
    [{ id: 7, method: 'open', params: { schemas: { lock: new Array(1), expected: [] } } }, 7, 'params.schemas'],
    [{ id: 7, method: 'create', params: { schemaId: 's', items: new Array(HOLES) } }, 7, 'params.items'],
    [{ id: 7, method: 'create', params: { schemaId: 's', items: [{ ids: new Array(HOLES) }] } }, 7, 'params.items'],
    [
      {
        id: 7,
        method: 'update',
        params: { schemaId: 's', changes: [{ documentId: 'd', fields: { ids: new Array(HOLES) } }] },
      },
      7,
      'params.changes',
    ],
    [
      {
        id: 7,
        method: 'batch',
        params: { writes: [{ action: 'create', schemaId: 's', fields: { ids: new Array(HOLES) } }] },
      },
      7,
      'params.writes',
    ],
    [{ id: 7, method: 'ingest', params: { items: new Array(HOLES) } }, 7, 'params.items'],
    [{ id: 7, method: 'sql', params: { text: 'SELECT 1', params: new Array(HOLES) } }, 7, 'params.params'],
    [{ id: 7, method: 'sql', params: { text: 'SELECT 1', params: [[new Array(HOLES)]] } }, 7, 'params.params'],
    [{ id: 7, method: 'update', params: { schemaId: 's', changes: [{ documentId: 5 }] } }, 7, 'params.changes'],
    [
      { id: 7, method: 'delete', params: { schemaId: 's', changes: [{ documentId: 'd', previous: 5 }] } },
      7,
      'params.changes',
    ],
    [{ id: 7, method: 'publish', params: { entry: 'ab', operation: new Uint8Array() } }, 7, 'params.entry'],
    [{ id: 7, method: 'nextArgs', params: { publicKey: 5 } }, 7, 'params.publicKey'],
    [{ id: 7, method: 'open', params: { schemas: { lock: [{ entry: 'ab' }], expected: [] } } }, 7, 'params.schemas'],
    [{ cancel: 'all' }, null, 'cancel'],
  ])('refuses %o without asking the handler', async (message, id, field) => {
    const { handle, asked } = served()
    expect(refusedAt(await handle(message))).toEqual([id, 'INVALID_MESSAGE', field])
    expect(asked).toEqual([])
  })

  test('goes on serving after a message it refused', async () => {
    const { handle } = served()
    await handle('hello')
    expect(await handle(count)).toEqual({ id: 7, ok: true, result: 'done' })
  })

  test('cancels the request that is meant, and that alone', async () => {
    const cancelled: number[] = []
    const { handle } = served(
      ({ id }, cancellation) =>
        new Promise((resolve) => {
          cancellation.onAbort(() => {
            cancelled.push(id)
            resolve('late')
          })
        }),
    )
    const first = handle({ ...count, id: 1 })
    const second = handle({ ...count, id: 2 })
    expect(await handle({ cancel: 2 })).toEqual({ id: null, ok: true, result: undefined })
    expect(await second).toEqual({ id: 2, ok: true, result: 'late' })
    expect(cancelled).toEqual([2])
    await handle({ cancel: 1 })
    await first
  })

  test('refuses an id that is pending, and takes it again once it was answered', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { handle } = served(() => held)
    const first = handle(count)
    expect(refusedAt(await handle(count))).toEqual([7, 'INVALID_MESSAGE', 'id'])
    release()
    expect(await first).toMatchObject({ ok: true })
    expect(await handle(count)).toMatchObject({ ok: true })
  })

  test('a session that ends cancels what is pending', async () => {
    const { handle, end } = served(
      (_request, cancellation) => new Promise((resolve) => cancellation.onAbort(() => resolve('cancelled'))),
    )
    const pending = handle(count)
    end()
    expect(await pending).toMatchObject({ result: 'cancelled' })
  })

  test('lets nothing be put into what it exposes', () => {
    const { facade } = served()
    expect(Object.isFrozen(facade)).toBe(true)
    expect(Object.keys(facade)).toEqual(['handle'])
  })
})

describe('an error as data', () => {
  test('comes out whole: class, code, message, details and the cause’s text', () => {
    const details = { field: 'capacity', expected: 'int', got: 2n ** 60n }
    const error = new RakkoError('INVALID_FIELD', 'Invalid capacity', details, { cause: new TypeError('why') })
    const copy = errorFromData(structuredClone(errorToData(error)))
    expect(copy).toBeInstanceOf(RakkoError)
    expect({ ...copy, message: copy.message, cause: copy.cause }).toEqual({
      name: 'RakkoError',
      code: 'INVALID_FIELD',
      message: 'Invalid capacity',
      details,
      cause: 'TypeError: why',
    })
  })

  test('is INTERNAL for what is no RakkoError, its text kept as the cause', () => {
    expect(errorToData(new RangeError('odd'))).toMatchObject({ code: 'INTERNAL', cause: 'RangeError: odd' })
  })

  test.each([[undefined], [null], ['x'], [{ code: 'constructor', message: 5, details: 'x', cause: {} }]])(
    'that a peer made up, %o, is INTERNAL',
    (data) => {
      expect(errorFromData(data)).toMatchObject({ code: 'INTERNAL', details: {} })
    },
  )
})
