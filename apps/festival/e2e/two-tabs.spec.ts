import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

test('a second tab says that the first one has the festival, and takes over when it is gone', async ({
  page,
  context,
}) => {
  const first = new Festival(page)
  await first.open()
  await first.addVenue('Kelp Stage', 1200)

  const second = new Festival(await context.newPage())
  await second.page.goto('/#/venues')
  await expect(second.page.getByRole('heading', { name: 'Already open in another tab' })).toBeVisible()
  await expect(second.page.getByText('DATABASE_IN_USE')).toBeHidden()

  // Trying again too early changes nothing, here or there.
  await second.page.getByRole('button', { name: 'Try again' }).click()
  await expect(second.page.getByRole('heading', { name: 'Already open in another tab' })).toBeVisible()
  await first.addVenue('Tide Pool', 350)

  await page.close()
  await expect(async () => {
    const again = second.page.getByRole('button', { name: 'Try again' })
    if (await again.isVisible()) await again.click()
    await expect(second.storagePill()).toBeVisible({ timeout: 10_000 })
  }).toPass()
  await expect(second.page.getByRole('link', { name: /^Kelp Stage/ })).toBeVisible()
  await expect(second.page.getByRole('link', { name: /^Tide Pool/ })).toBeVisible()
})
