import type { Page } from '@playwright/test'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { inWorkers, NO_OPFS } from './in-workers.js'

/** What a person sees when a part of the node fails, each brought about in the part itself. */
const title = (page: Page, name: string) => page.getByRole('heading', { name })

test('a node whose worker ends says so, and has what was saved once it is opened again', async ({ page }) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('Kelp Stage', 1200)
  const [worker] = page.workers()
  await worker?.evaluate(() => self.close())
  // The next question finds nobody.
  await page.evaluate(() => {
    location.hash = '#/device'
  })
  await expect(title(page, 'The node stopped')).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await festival.opened()
  await festival.goTo('Venues')
  await expect(page.getByRole('link', { name: /^Kelp Stage/ })).toBeVisible()
})

test('a database that a newer version of the app wrote is left alone', async ({ page }) => {
  await inWorkers(page, NO_OPFS)
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('Kelp Stage', 1200)
  // On a page of the same origin without the app, so that nobody holds the database.
  await page.goto('/icons/icon.svg')
  const before = await page.evaluate(writeAsNewer)
  await page.goto('/')
  await expect(title(page, 'A newer version wrote this database')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Load again' })).toBeVisible()
  await page.goto('/icons/icon.svg')
  expect(await page.evaluate(writeAsNewer)).toEqual({ ...before, version: before.version + 1 })
})

test('a key store that fails is told apart, and nothing is signed with another key', async ({ page }) => {
  const festival = new Festival(page)
  await festival.open('/#/device')
  const key = await page.getByText(/[0-9a-f]{64}/).textContent()
  await inWorkers(
    page,
    `const open = IDBFactory.prototype.open
    IDBFactory.prototype.open = function (name, ...others) {
      if (name === 'rakko-keys') throw new DOMException('broken by the test', 'UnknownError')
      return open.call(this, name, ...others)
    };`,
  )
  await page.reload()
  await expect(title(page, 'The signing key cannot be read')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.reload()
  await festival.opened()
  await expect(page.getByText(/[0-9a-f]{64}/)).toHaveText(key ?? '')
})

/** Raises the version of the database in IndexedDB by one; returns it, and what is stored. */
async function writeAsNewer(): Promise<{ version: number; chunks: number }> {
  const name = (await indexedDB.databases()).map((one) => one.name ?? '').find((one) => one.startsWith('rakko:')) ?? ''
  const open = (version?: number) =>
    new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, version)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const current = await open()
  const version = current.version + 1
  current.close()
  const newer = await open(version)
  const chunks = await new Promise<number>((resolve) => {
    const request = newer.transaction('chunks').objectStore('chunks').count()
    request.onsuccess = () => resolve(request.result)
  })
  newer.close()
  return { version, chunks }
}
