import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

test('two tabs show the same festival at once, and the second goes on when the first is gone', async ({
  page,
  context,
}) => {
  const first = new Festival(page)
  await first.open()
  await first.addVenue('Kelp Stage', 1200)

  const second = new Festival(await context.newPage())
  await second.open('/#/venues')
  await expect(second.page.getByRole('link', { name: /^Kelp Stage/ })).toBeVisible()
  await second.addVenue('Tide Pool', 350)
  await expect(first.page.getByRole('link', { name: /^Tide Pool/ })).toBeVisible()

  await page.close()
  await second.addVenue('Sand Bar', 80)
  for (const name of [/^Kelp Stage/, /^Tide Pool/, /^Sand Bar/]) {
    await expect(second.page.getByRole('link', { name })).toBeVisible()
  }
  await second.page.reload()
  await expect(second.page.getByRole('link', { name: /^Sand Bar/ })).toBeVisible()
})
