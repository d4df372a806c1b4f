import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { inWorkers, NO_INDEXEDDB, NO_OPFS } from './in-workers.js'

test('the page says where the data lies and whether the browser agreed to keep it', async ({ page, context }) => {
  const festival = new Festival(page)
  await festival.open('/#/device')
  await expect(page.getByText('private file system (OPFS)')).toBeVisible()
  await expect(page.getByText('The browser has not promised to keep it')).toBeVisible()
  await expect(page.getByText(/[0-9a-f]{64}/)).toBeVisible()

  // What a browser grants to an app that is installed or used often.
  const devtools = await context.newCDPSession(page)
  const { targetInfo } = await devtools.send('Target.getTargetInfo')
  const { browserContextId } = targetInfo
  await devtools.send('Browser.grantPermissions', {
    permissions: ['durableStorage'],
    ...(browserContextId && { browserContextId }),
  })
  await page.getByRole('button', { name: 'Ask the browser to keep it' }).click()
  await expect(page.getByText('The browser agreed to keep it')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Kept on this device' })).toBeVisible()
})

test('a browser without a private file system keeps the festival in IndexedDB and says so', async ({ page }) => {
  await inWorkers(page, NO_OPFS)
  const festival = new Festival(page)
  await festival.open('/#/device')
  await expect(page.getByText('its faster file system (OPFS) is not available')).toBeVisible()
  await festival.addVenue('Kelp Stage', 1200)
  await page.reload()
  await festival.opened()
  await expect(page.getByRole('link', { name: /^Kelp Stage/ })).toBeVisible()
})

test('a browser without any lasting storage is told apart, on every page', async ({ page }) => {
  await inWorkers(page, NO_OPFS + NO_INDEXEDDB)
  const festival = new Festival(page)
  await festival.open()
  await expect(festival.storagePill()).toHaveText('Memory only')
  await expect(page.getByText('Nothing here will last')).toBeVisible()
  await festival.addVenue('Sandcastle', 2)
  await expect(page.getByText('Nothing here will last')).toBeVisible()
})

test('an address that is not secure is refused with the reason', async ({ page, baseURL }) => {
  await page.route('http://festival.test/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    await route.fulfill({ response: await route.fetch({ url: new URL(pathname, baseURL).href }) })
  })
  await page.goto('http://festival.test/')
  await expect(page.getByRole('heading', { name: 'This address is not secure' })).toBeVisible()
})

test('a write that finds no space is refused with the reason, and goes through once there is some', async ({
  page,
  context,
  baseURL,
}) => {
  const festival = new Festival(page)
  await festival.open('/#/device')
  const devtools = await context.newCDPSession(page)
  const origin = new URL(baseURL ?? '').origin
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 })
  await page.getByRole('button', { name: 'Add 1,000 events' }).click()
  await expect(page.getByRole('alert')).toContainText('No space left')
  await expect(page.getByRole('alert')).toContainText('so nothing was stored')
  await expect(page.getByText('events: 0')).toBeVisible()

  await devtools.send('Storage.overrideQuotaForOrigin', { origin })
  await page.getByRole('button', { name: 'Add 1,000 events' }).click()
  await expect(page.getByText('1,000 events signed and stored in')).toBeVisible({ timeout: 60_000 })
  await page.reload()
  await expect(page.getByText('events: 1,000')).toBeVisible({ timeout: 60_000 })
})

test('a damaged database is reported and left as it is', async ({ page }) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('Kelp Stage', 1200)
  // On a page of the same origin without the app. Its worker lets go of the files a moment later.
  await page.goto('/icons/icon.svg')
  let before: [string, number][] = []
  await expect(async () => {
    before = await page.evaluate(damageFiles)
  }).toPass()
  expect(before.length).toBeGreaterThan(0)
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'The database on this device is damaged' })).toBeVisible({
    timeout: 60_000,
  })
  await page.goto('/icons/icon.svg')
  expect(await page.evaluate(sizesOfFiles)).toEqual(before)
})

/** Cuts every file of the origin's private file system to half its size. Returns the sizes afterwards. */
async function damageFiles(): Promise<[string, number][]> {
  const sizes: [string, number][] = []
  async function walk(folder: FileSystemDirectoryHandle, path: string): Promise<void> {
    for await (const [name, handle] of folder.entries()) {
      if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}${name}/`)
      else if (handle instanceof FileSystemFileHandle) {
        const size = Math.floor((await handle.getFile()).size / 2)
        const writable = await handle.createWritable({ keepExistingData: true })
        await writable.truncate(size)
        await writable.close()
        sizes.push([`${path}${name}`, size])
      }
    }
  }
  await walk(await navigator.storage.getDirectory(), '/')
  return sizes.sort(([a], [b]) => (a < b ? -1 : 1))
}

async function sizesOfFiles(): Promise<[string, number][]> {
  const sizes: [string, number][] = []
  async function walk(folder: FileSystemDirectoryHandle, path: string): Promise<void> {
    for await (const [name, handle] of folder.entries()) {
      if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}${name}/`)
      else if (handle instanceof FileSystemFileHandle) sizes.push([`${path}${name}`, (await handle.getFile()).size])
    }
  }
  await walk(await navigator.storage.getDirectory(), '/')
  return sizes.sort(([a], [b]) => (a < b ? -1 : 1))
}
