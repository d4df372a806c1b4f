import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openNode, type RakkoNode } from '@rakko/client'
import { type BenchSchemas, benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import type { CreateWithJazz, JazzCrypto } from '../jazz/load-jazz.js'
import { loadJazz } from '../jazz/load-jazz.js'
import { alternate, perSecond, ROUNDS, timed } from '../measure.js'

const TOGETHER = 10_000
const ONE_BY_ONE = 2_000
const WARM_UP = 500

/**
 * With WebAssembly Jazz takes several times longer in each round than in the one before: five would last for a quarter
 * of an hour.
 */
const ROUNDS_BESIDE: Readonly<Record<JazzCrypto, number>> = { wasm: 1, native: ROUNDS }

type Create = CreateWithJazz

/**
 * 10 000 `create` calls that do not wait for each other, on a node in a thread, in memory. The floor is Jazz doing the
 * same in this thread, in memory. Both are opened once and keep what the rounds before have made.
 */
export function createBesideJazz(crypto: JazzCrypto): Promise<Measurement> {
  return besideJazz(crypto, TOGETHER, (create) => together(create, TOGETHER))
}

/** Creates of which each waits for the one before. */
export function createOneByOneBesideJazz(): Promise<Measurement> {
  return besideJazz('wasm', ONE_BY_ONE, async (create) => {
    for (const fields of venues(ONE_BY_ONE)) await create(fields)
  })
}

/** As the first, but each round in a new node, and in a new process for Jazz; a few creates before it do not count. */
export async function createBesideFreshJazz(): Promise<Measurement> {
  const schemas = await benchSchemas()
  const medians = await alternate(
    async () => {
      const fresh = fork(new URL('../jazz/fresh-jazz.js', import.meta.url), [`${WARM_UP}`, `${TOGETHER}`])
      const [ms] = (await once(fresh, 'message')) as [number]
      return ms
    },
    () =>
      withNode(schemas, async (create) => {
        await together(create, WARM_UP)
        return timed(() => together(create, TOGETHER))
      }),
  )
  return perSecond(TOGETHER, medians)
}

async function besideJazz(
  crypto: JazzCrypto,
  count: number,
  createAll: (create: Create) => Promise<unknown>,
): Promise<Measurement> {
  const { openJazz } = await loadJazz('create.mjs')
  const createWithJazz = await openJazz(crypto)
  const medians = await withNode(await benchSchemas(), (create) =>
    alternate(
      () => collectedThenTimed(() => createAll(createWithJazz)),
      () => collectedThenTimed(() => createAll(create)),
      ROUNDS_BESIDE[crypto],
    ),
  )
  return perSecond(count, medians)
}

function together(create: Create, count: number): Promise<unknown> {
  return Promise.all(venues(count).map((fields) => create(fields)))
}

function collectedThenTimed(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.()
  return timed(work)
}

async function withNode<Result>(schemas: BenchSchemas, use: (create: Create) => Promise<Result>): Promise<Result> {
  await using node: RakkoNode = await openNode({ name: 'bench', storage: 'memory', schemas })
  const collection = node.collection(schemas.venue)
  return await use((fields) => collection.create(fields))
}
