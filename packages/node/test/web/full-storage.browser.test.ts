// What `cdp` sends is typed by the provider.
import type {} from '@vitest/browser-playwright'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cdp } from 'vitest/browser'
import { keepCompiled } from './keep-compiled.js'
import { Opener } from './opener.js'

await keepCompiled()

const MEGABYTE = 1024 * 1024

/** What a person reads who is told that there is no room. */
const FULL = /the storage is full|QuotaExceededError|No space left/

let opener: Opener
let name: string

beforeEach(async () => {
  // For some seconds IndexedDB goes by the room that it found for an earlier test: only without any data it looks
  // again.
  await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'all' })
  opener = new Opener()
  name = `full-${crypto.randomUUID()}`
})

afterEach(async () => {
  opener.kill()
  await limit(undefined)
})

/** Bytes that the origin may use; without a number, what the browser gives. */
function limit(quotaSize: number | undefined): Promise<unknown> {
  const origin = location.origin
  return cdp().send('Storage.overrideQuotaForOrigin', quotaSize === undefined ? { origin } : { origin, quotaSize })
}

/** IndexedDB compresses what it stores: equal bytes would take next to no room. */
function incompressible(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let start = 0; start < length; start += 65_536) crypto.getRandomValues(bytes.subarray(start, start + 65_536))
  return bytes
}

async function namesInIndexedDb(): Promise<(string | undefined)[]> {
  return (await indexedDB.databases()).map((one) => one.name).filter((one) => one?.endsWith(name))
}

describe('a first start without room', () => {
  it.each(['opfs', 'indexeddb'] as const)('in %s says so, and leaves nothing', async (kind) => {
    await limit(MEGABYTE)
    await expect(opener.open(kind, name)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(FULL),
    })
    expect(await namesInIndexedDb()).toEqual([])
    await limit(undefined)
    expect(await opener.open('auto', name)).toEqual({ kind: 'opfs', passedOver: [] })
    await opener.ask({ do: 'close' })
  })

  it('goes on to memory with auto, and to the best there is once there is room', async () => {
    await limit(MEGABYTE)
    const reason = expect.stringMatching(FULL)
    expect(await opener.open('auto', name)).toEqual({
      kind: 'memory',
      passedOver: [
        { kind: 'opfs', reason },
        { kind: 'indexeddb', reason },
      ],
    })
    await opener.ask({ do: 'close' })
    await limit(undefined)
    expect(await opener.open('auto', name)).toEqual({ kind: 'opfs', passedOver: [] })
    await opener.ask({ do: 'close' })
  })
})

describe('a database whose storage gets full', () => {
  it.each(['opfs', 'indexeddb'] as const)('in %s says so, closes, and has what was flushed', async (kind) => {
    // IndexedDB asks for the limit again only when it may have used up what it was told at first.
    await limit(48 * MEGABYTE)
    await opener.open(kind, name)
    await opener.query('CREATE TABLE item (n int, bytes bytea STORAGE EXTERNAL)')
    await opener.ask({ do: 'flush' })
    const { usage = 0 } = await navigator.storage.estimate()
    await limit(usage + 4 * MEGABYTE)
    let stored = 0
    const failure = await (async () => {
      for (;;) {
        await opener.query('INSERT INTO item VALUES ($1, $2)', [stored, incompressible(500_000)])
        await opener.ask({ do: 'flush' })
        stored += 1
      }
    })().catch((error: { message: string }) => error.message)
    expect(failure).toMatch(FULL)
    expect(await opener.ask({ do: 'close' })).toBe(undefined)
    await limit(undefined)
    expect(await opener.open('auto', name)).toEqual({ kind, passedOver: [] })
    expect(await opener.query('SELECT count(*) AS n FROM item')).toEqual([{ n: BigInt(stored) }])
    await opener.ask({ do: 'close' })
  })
})

it('an empty database in IndexedDB, which a page that ended has left, is none', async () => {
  const request = indexedDB.open(`rakko:${name}`, 1)
  await new Promise((resolve) => {
    request.onupgradeneeded = () => {
      request.result.createObjectStore('chunks')
      request.result.createObjectStore('sizes')
    }
    request.onsuccess = resolve
  })
  request.result.close()
  expect(await opener.open('auto', name)).toEqual({ kind: 'opfs', passedOver: [] })
  await opener.ask({ do: 'close' })
})
