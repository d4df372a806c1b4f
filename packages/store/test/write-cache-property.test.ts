import { RakkoError, type WriteTarget } from '@rakko/core'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { defineSchema, int } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const ROUNDS = 1
const STEPS = 30

const driver = await openMemoryDriver()
afterAll(() => driver.close())
const harness = new PgliteHarness(driver)

test.each(seeds())(
  'a store with a write cache returns what a store returns that was just opened, whoever writes what (seed %d)',
  async (seed) => {
    const random = new Random(seed)
    for (let round = 0; round < ROUNDS; round++) {
      const store = await harness.open()
      const other = await harness.reopen(store)
      const [panda, bear] = [new Author(1), new Author(2)]
      const { schemaId, items } = defineSchema(panda, 'venue', { capacity: 'int' })
      await publishAll(store, items)
      const documents: SignedItem[] = [panda.create(schemaId, { capacity: int(0) })]
      await publishAll(store, documents)
      let clone: Author | undefined

      const target = ({ documentId }: SignedItem): WriteTarget => ({ documentId, schemaId })

      /**
       * Changes some documents, as they are seen now, in one call; of a log that was forked meanwhile nothing is taken.
       */
      async function change(author: Author, by: Store, changed: readonly SignedItem[]): Promise<void> {
        const args = await by.writeArgs(author.publicKey, changed.map(target))
        const signed = changed.flatMap(({ documentId }, index) => {
          const write = args[index]
          if (write === undefined || write instanceof RakkoError || write.previous === undefined) return []
          if (random.chance(0.1)) return author.delete(documentId, schemaId, write.previous)
          return author.update(documentId, schemaId, write.previous, { capacity: int(random.integer(9)) })
        })
        await by.publish(signed)
      }

      for (let step = 0; step < STEPS; step++) {
        const what = random.integer(20)
        const author = random.chance(0.7) ? panda : bear
        const by = random.chance(0.8) ? store : other
        const some = random.some(documents, 5)
        const { documentId, viewId } = random.pick(documents)
        if (what < 4) {
          const created = Array.from({ length: 1 + random.integer(4) }, () =>
            author.create(schemaId, { capacity: int(0) }),
          )
          await by.publish(created)
          documents.push(...created)
        } else if (what < 14) await change(author, by, some)
        else if (what < 17) {
          // Beside what others have written since.
          await by.ingest([bear.update(documentId, schemaId, viewId, { capacity: int(random.integer(9)) })])
        } else if (what < 18) await by.forget({ document: documentId })
        else if (what < 19) clone ??= panda.clone()
        // A key that lies on two devices.
        else if (clone) await by.ingest([clone.update(documentId, schemaId, viewId, { capacity: int(1) })])

        const justOpened = await harness.reopen(store)
        for (const { publicKey } of [panda, bear]) {
          const ask = async (of: Store) => {
            const args = await of.writeArgs(publicKey, documents.map(target))
            return args.map((one) => (one instanceof RakkoError ? one.code : one))
          }
          expect(await ask(store), `round ${round}, step ${step}`).toEqual(await ask(justOpened))
        }
      }
    }
  },
)
