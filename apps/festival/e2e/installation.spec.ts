import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { startStaticServer } from './static-server.js'

test.use({ serviceWorkers: 'allow' })

interface Manifest {
  readonly name: string
  readonly start_url: string
  readonly display: string
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[]
}

test('the manifest describes an app that can be installed, and its icons have the size it says', async ({ page }) => {
  await page.goto('/')
  const href = await page.locator('link[rel="manifest"]').getAttribute('href')
  const manifest: Manifest = await (await page.request.get(href ?? '')).json()
  expect(manifest).toMatchObject({ name: 'Raft, a festival that floats', start_url: '/', display: 'standalone' })
  for (const { src, sizes, type } of manifest.icons) {
    const [width, height] = await page.evaluate(async (source) => {
      const image = new Image()
      image.src = source
      await image.decode()
      return [image.naturalWidth, image.naturalHeight]
    }, src)
    if (type === 'image/png') expect(`${width}x${height}`).toBe(sizes)
    else expect(width).toBeGreaterThan(0)
  }
})

test('every file that the page and its worker ask for is the app’s own, and kept for offline use', async ({
  page,
  baseURL,
}) => {
  const festival = new Festival(page)
  const hosts = new Set<string>()
  const asked = new Set<string>()
  page.context().on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    hosts.add(origin)
    asked.add(pathname)
  })
  await festival.open()
  await festival.addSample()
  await festival.readyForOffline()
  const kept = await page.evaluate(async () => {
    const paths: string[] = []
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname)
    }
    return paths
  })
  expect(kept.some((path) => path.endsWith('.wasm'))).toBe(true)
  const missing = [...asked].filter((path) => path !== '/' && path !== '/sw.js' && !kept.includes(path))
  expect(missing.filter((path) => !path.startsWith('/workbox-'))).toEqual([])
  expect([...hosts].filter((host) => host !== 'null')).toEqual([baseURL])
})

test('a new version is announced and takes over only when asked', async ({ page }) => {
  const server = await startStaticServer()
  try {
    const festival = new Festival(page)
    await festival.open(server.url)
    await festival.readyForOffline()
    await festival.addVenue('Kelp Stage', 1200)
    server.appended.set('/sw.js', '\n// another version')
    await page.reload()
    await expect(page.getByText('A new version is ready.')).toBeVisible()
    await festival.opened()

    await page.getByRole('button', { name: 'Update now' }).click()
    await expect(page.getByText('A new version is ready.')).toBeHidden()
    await festival.opened()
    await festival.goTo('Venues')
    await expect(page.getByRole('link', { name: /^Kelp Stage/ })).toBeVisible()
  } finally {
    await server.stop()
  }
})
