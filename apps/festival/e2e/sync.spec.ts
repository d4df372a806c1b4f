import type { Browser, BrowserContextOptions } from '@playwright/test'
import { openNode, type RakkoNode } from '@rakko/client'
import { schemas } from '../src/schemas/schemas.js'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { Hub } from './hub.js'
import { lowContrastTexts } from './low-contrast.js'

let hub: Hub
let nodes: RakkoNode[] = []

test.afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  nodes = []
  await hub.end()
})

/** A node of somebody else. */
async function somebody(): Promise<RakkoNode> {
  const node = await openNode({ name: 'somebody', storage: 'memory', schemas, sync: hub.address })
  nodes.push(node)
  return node
}

/** Another device: a browser profile of its own. */
async function otherDevice(browser: Browser, options: BrowserContextOptions): Promise<Festival> {
  return new Festival(await (await browser.newContext(options)).newPage())
}

test('two devices that edit one event without a network both show both changes once they are back', async ({
  page,
  context,
  browser,
  contextOptions,
  baseURL,
}) => {
  hub = new Hub()
  await hub.start()
  const first = new Festival(page)
  await first.openWithHub(hub.address)
  await first.addVenue('Kelp Stage', 1200)
  await first.addEvent('Otter Choir', 'Kelp Stage', '2040-06-15T19:30', '2040-06-15T20:45')

  // The address may be typed as well.
  const second = await otherDevice(browser, { ...contextOptions, ...(baseURL && { baseURL }) })
  await second.open('/#/device')
  await second.page.getByLabel('Hub address').fill('wss:/hub.example')
  await second.page.getByRole('button', { name: 'Use this hub' }).click()
  await expect(second.page.getByLabel('Hub address')).toHaveAccessibleDescription(/expected the address of a hub, wss:/)
  await second.page.getByLabel('Hub address').fill(hub.address.replace('/sync', ''))
  await second.page.getByRole('button', { name: 'Use this hub' }).click()
  await second.inSync()
  await second.goTo('Programme')
  await expect(second.event('Otter Choir')).toBeVisible()

  await context.setOffline(true)
  await second.page.context().setOffline(true)
  await first.editEvent('Otter Choir', (form) => form.getByLabel('Title').fill('Otter Choir, late'))
  await second.editEvent('Otter Choir', (form) => form.getByLabel('Description').fill('Bring a towel'))
  await expect(first.hubPill()).toHaveText('Hub: 1 to send')
  await expect(second.hubPill()).toHaveText('Hub: 1 to send')
  await context.setOffline(false)
  await second.page.context().setOffline(false)
  for (const device of [first, second]) {
    await device.inSync()
    const sheet = await device.openEvent('Otter Choir, late')
    await expect(sheet).toContainText('Bring a towel')
    await expect(sheet).toContainText(
      device === first
        ? /Added (by|and last changed by) you/
        : /Added (by|and last changed by) [0-9a-f]{4}\s[0-9a-f]{4}/,
    )
    await device.page.keyboard.press('Escape')
  }
  await first.goTo('This device')
  await expect(page.getByText('In touch: what one changes, the others see at once')).toBeVisible()
  await page.getByRole('button', { name: 'Show a QR code' }).click()
  const code = first.sheet('Scan to share the festival')
  await expect(code.getByRole('img', { name: 'QR code of the link below' })).toBeVisible()
  await expect(code.getByText(`/?hub=${encodeURIComponent(hub.address)}`)).toBeVisible()
  await code.getByRole('button', { name: 'Close' }).click()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await page.evaluate(lowContrastTexts), colorScheme).toEqual([])
  }
})

test('a hub that was killed and wiped gets everything again, and says so', async ({ page }) => {
  hub = new Hub()
  await hub.start()
  const device = new Festival(page)
  await device.openWithHub(hub.address)
  await device.addVenue('Kelp Stage', 1200)
  await device.inSync()

  await hub.kill()
  await expect(device.hubPill()).toHaveText('Hub: Hub away')
  await device.addVenue('Tide Pool', 350)
  await expect(device.hubPill()).toHaveText('Hub: 1 to send')
  await page.reload()
  await expect(device.hubPill()).toHaveText('Hub: 1 to send')
  await device.goTo('This device')
  await expect(page.getByText(/^No hub replies at this address, since /)).toBeVisible()
  await expect(page.getByText('1 change', { exact: true })).toBeVisible()

  await hub.wipe()
  await hub.start()
  await device.inSync()
  await expect(page.getByText('The hub begins again')).toBeVisible()
  const node = await somebody()
  await expect.poll(() => node.collection(schemas.venue).count()).toBe(2)
  // What others add comes here through the new hub.
  await node.collection(schemas.venue).create({ name: 'The Shell', description: '', capacity: 180, colour: 1 })
  await device.goTo('Venues')
  await expect(page.getByRole('link', { name: /^The Shell/ })).toBeVisible()
})

test('a page that stood still longer than the heartbeat catches up once it goes on', async ({ page, context }) => {
  hub = new Hub({ silenceMs: 1_000 })
  await hub.start()
  const device = new Festival(page)
  await device.openWithHub(hub.address)
  await device.goTo('Venues')
  expect(await hub.peers()).toBe(1)
  // Chromium freezes the page alone. Where a device freezes a tab, its worker stands still as well.
  const devtools = await context.newCDPSession(page)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  const [worker] = page.workers()
  const stillStanding = worker?.evaluate(() => {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    Atomics.wait(new Int32Array(buffer), 0, 0, 2_500)
  })
  await expect.poll(() => hub.peers()).toBe(0)
  const node = await somebody()
  await node.collection(schemas.venue).create({ name: 'The Shell', description: '', capacity: 180, colour: 1 })
  await stillStanding
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })
  await expect(page.getByRole('link', { name: /^The Shell/ })).toBeVisible()
  await device.inSync()
})
