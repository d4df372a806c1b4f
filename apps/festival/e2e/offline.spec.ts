import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { startStaticServer } from './static-server.js'

test.use({ serviceWorkers: 'allow' })

test('what was added with and without a network is there after a reload without one', async ({ page, context }) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.readyForOffline()
  await festival.addVenue('Kelp Stage', 1200, 'Down by the water')
  await festival.addEvent('Otter Choir', 'Kelp Stage', '2040-06-15T19:30', '2040-06-15T20:45')

  await context.setOffline(true)
  await expect(page.getByText('Offline', { exact: true })).toBeVisible()
  await festival.addVenue('Tide Pool', 350)
  await festival.addEvent('Sea Urchin Disco', 'Tide Pool', '2040-06-16T20:30', '2040-06-16T21:30')

  await page.reload()
  await festival.opened()
  await expect(festival.event('Otter Choir')).toContainText('Kelp Stage')
  await expect(festival.event('Sea Urchin Disco')).toContainText('Tide Pool')

  // Edits and deletions last too.
  const choir = await festival.openEvent('Otter Choir')
  await choir.getByRole('button', { name: 'Edit' }).click()
  const form = festival.sheet('Edit event')
  await form.getByLabel('Title').fill('Otter Choir, late')
  await form.getByLabel('Venue').selectOption('Tide Pool')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  const disco = await festival.openEvent('Sea Urchin Disco')
  await disco.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete event' }).click()
  await expect(festival.event('Sea Urchin Disco')).toHaveCount(0)

  await page.reload()
  await festival.opened()
  await expect(festival.event('Otter Choir, late')).toContainText('Tide Pool')
  await expect(festival.event('Sea Urchin Disco')).toHaveCount(0)
})

test('the app opens, keeps and adds after its server is gone', async ({ page }) => {
  const server = await startStaticServer()
  const festival = new Festival(page)
  try {
    await festival.open(server.url)
    await festival.readyForOffline()
    await festival.addVenue('The Shell', 180)
  } finally {
    await server.stop()
  }
  await expect(fetch(server.url)).rejects.toThrow()

  await page.reload()
  await festival.opened()
  await festival.addEvent('Sunrise float', 'The Shell', '2040-06-16T07:30', '2040-06-16T08:30')
  await page.goto('about:blank')
  await festival.open(server.url)
  await expect(festival.event('Sunrise float')).toContainText('The Shell')
})
