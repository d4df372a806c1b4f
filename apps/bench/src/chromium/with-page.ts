import { chromium, type Page } from '@playwright/test'

interface ChromiumScript {
  readonly CHROMIUM_FLAGS: string[]
  findChromium(): string | undefined
}

/** The repository's own script, four folders up both from here and from where this is emitted. */
const CHROMIUM_SCRIPT = new URL('../../../../.config/scripts/chromium.mjs', import.meta.url).href
const { CHROMIUM_FLAGS, findChromium }: ChromiumScript = await import(CHROMIUM_SCRIPT)

/** Starts Chromium on the profile in a folder, new where that is empty, and hands over the loaded page. */
export async function withPage<Result>(
  profile: string,
  url: string,
  work: (page: Page) => Promise<Result>,
): Promise<Result> {
  const executablePath = findChromium()
  const context = await chromium.launchPersistentContext(profile, {
    args: CHROMIUM_FLAGS,
    ...(executablePath && { executablePath }),
  })
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(url)
    await page.waitForFunction(() => 'startPage' in globalThis)
    return await work(page)
  } finally {
    await context.close()
  }
}
