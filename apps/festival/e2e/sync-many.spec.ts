import { openNode } from '@rakko/client'
import { schemas } from '../src/schemas/schemas.js'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { Hub } from './hub.js'
import { LongTasks, tooLong } from './long-tasks.js'

/** CI sets it to 10 000. */
const EVENTS = Number(process.env.FESTIVAL_EVENTS) || 2_000

const hub = new Hub()
test.afterEach(() => hub.end())

test('thousands of events arrive, though the hub is killed in between, and the page stays usable', async ({ page }) => {
  await fill(await hub.directory(), EVENTS)
  await hub.start()
  const device = new Festival(page)
  await device.open()
  const watch = await LongTasks.watch(page)
  await device.goTo('This device')
  await page.getByLabel('Hub address').fill(hub.address)
  await page.getByRole('button', { name: 'Use this hub' }).click()
  await device.goTo('Programme')
  await expect(device.hubPill()).toHaveText(/^Hub: [\d,]+ of [\d,]+$/, { timeout: 60_000 })
  await hub.kill()
  await expect(device.hubPill()).toHaveText('Hub: Hub away')
  await hub.start()
  await expect(device.event('Wave 1').first()).toBeVisible()
  await device.goTo('Venues')
  await device.goTo('Programme')
  await expect(page.getByText(`${EVENTS.toLocaleString('en')}\u00a0events`)).toBeVisible({ timeout: 120_000 })
  await device.inSync()
  // On a busy machine any task takes long: those that really ran for so long are the page's own.
  const { made, others } = await watch.end()
  expect(tooLong(made, others)).toEqual([])
})

const STARTS = Date.parse('2040-06-15T18:00:00Z') / 1000

/** Documents of one call. */
const AT_ONCE = 2_000

/** Writes into a hub's database, before the hub has it open. */
async function fill(directory: string, count: number): Promise<void> {
  const node = await openNode({ name: 'hub', directory, schemas })
  const venue = await node
    .collection(schemas.venue)
    .create({ name: 'Kelp Stage', description: '', capacity: 1, colour: 1 })
  const all = Array.from({ length: count }, (_, index) => {
    const starts = STARTS + index * 3600
    return { title: `Wave ${index + 1}`, description: '', venue, starts, ends: starts + 1800 }
  })
  for (let start = 0; start < count; start += AT_ONCE) {
    await node.collection(schemas.event).createMany(all.slice(start, start + AT_ONCE))
  }
  await node.close()
}
