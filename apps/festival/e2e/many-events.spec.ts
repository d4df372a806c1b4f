import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

const PAGE_LENGTH = 50
const MANY = 1000

test('a thousand events are signed, stored and listed page by page', async ({ page }) => {
  // Its list is drawn again for each of twenty pages.
  test.slow()
  const festival = new Festival(page)
  await festival.open('/#/device')
  await page.getByRole('button', { name: 'Add 1,000 events' }).click()
  await expect(page.getByText('1,000 events signed and stored in')).toBeVisible({ timeout: 60_000 })

  await festival.goTo('Programme')
  const rows = page.locator('main ol a')
  await expect(rows.first()).toBeVisible()
  expect(await rows.count()).toBeLessThanOrEqual(2 * PAGE_LENGTH)

  // Down to the very last one, in order, none twice.
  // Each page comes by itself when the end of the one before is near, and the last takes the button away.
  for (let count = await rows.count(); count < MANY; count = await rows.count()) {
    await rows.last().scrollIntoViewIfNeeded()
    await rows.nth(count).waitFor({ state: 'attached' })
  }
  const titles = await rows.evaluateAll((links) => links.map((link) => /Wave \d+/.exec(link.textContent ?? '')?.[0]))
  expect(titles).toEqual(Array.from({ length: MANY }, (_, index) => `Wave ${index + 1}`))
  await expect(page.getByRole('button', { name: 'Show more events' })).toHaveCount(0)
})
