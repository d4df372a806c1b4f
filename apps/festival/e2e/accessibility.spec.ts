import type { Page } from '@playwright/test'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'
import { lowContrastTexts } from './low-contrast.js'

/** In the middle of the sample weekend, on every day that the tests run. */
const FRIDAY_EVENING = new Date('2026-06-12T19:20:00Z')

const PLACES = ['/#/programme', '/#/venues', '/#/device'] as const

/** Resolves once the page of this address is there, with what it holds. */
async function visit({ page }: Festival, address: string): Promise<void> {
  await page.goto(address)
  const [place] = address.slice(1).split('?')
  await expect(page.getByRole('navigation').locator('[aria-current]')).toHaveAttribute('href', `${place}`)
  if (address.includes('?sheet=')) await expect(page.getByRole('dialog')).toBeVisible()
  else if (place === '#/device') await expect(page.getByText(/[0-9a-f]{64}/)).toBeVisible()
  else await expect(page.getByRole('main').getByText('Kelp Stage').last()).toBeVisible()
}

test('controls have names, a page has one heading, and text stands out, light and dark', async ({ page }) => {
  await page.clock.setFixedTime(FRIDAY_EVENING)
  const festival = new Festival(page)
  await festival.open()
  await expectContrast(page)
  await festival.addSample()
  await page.getByText('A weekend is planned').waitFor({ state: 'hidden' })
  for (const place of PLACES) {
    await visit(festival, place)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectNames(page)
    await expectContrast(page)
  }
  for (const sheet of ['/#/venues?sheet=new-venue', '/#/programme?sheet=new-event']) {
    await visit(festival, sheet)
    await expectNames(page)
    await expectContrast(page)
  }
  await visit(festival, '/#/venues')
  await page.getByRole('link', { name: /^Lighthouse Cinema/ }).click()
  await expect(page.getByText('Short films about rain')).toBeVisible()
  await expectContrast(page)
})

/** What a snapshot shows of a control without a name: its role, and no text behind it. */
const NAMELESS = /^\s*- '?(link|button|textbox|searchbox|spinbutton|combobox|slider|checkbox|radio|switch)(?! ")/

async function expectNames(page: Page): Promise<void> {
  const snapshot = await page.locator('body').ariaSnapshot()
  expect(snapshot).toMatch(/- (link|button) "/)
  expect(snapshot.split('\n').filter((line) => NAMELESS.test(line))).toEqual([])
  await expect(page.locator('img:not([alt])')).toHaveCount(0)
}

async function expectContrast(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await page.evaluate(lowContrastTexts), `${page.url()}, ${colorScheme}`).toEqual([])
  }
}

test('an event is added with the keyboard alone', { tag: '@any-width' }, async ({ page }) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('Kelp Stage', 1200)
  await festival.goTo('Programme')
  const opener = page.getByRole('button', { name: 'Add the first event' })
  await opener.focus()
  await page.keyboard.press('Enter')
  const sheet = festival.sheet('New event')
  await expect(sheet.getByLabel('Title')).toBeFocused()
  await page.keyboard.type('Typed, not clicked')
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
  await expect(festival.event('Typed, not clicked')).toBeVisible()

  await festival.event('Typed, not clicked').focus()
  await page.keyboard.press('Enter')
  await expect(festival.sheet('Typed, not clicked')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(festival.sheet('Typed, not clicked')).toBeHidden()
  await expect(festival.event('Typed, not clicked')).toBeFocused()
})

test('who asks for less motion gets none', { tag: '@any-width' }, async ({ page }) => {
  await page.addInitScript(() => {
    const note = (what: string) => document.documentElement.setAttribute('data-moved', what)
    addEventListener('animationstart', ({ animationName }) => note(animationName), true)
    addEventListener('transitionrun', ({ propertyName }) => note(propertyName), true)
  })
  const root = page.locator('html')
  const festival = new Festival(page)
  await festival.open()
  await festival.addSample()
  await festival.goTo('Venues')
  await page.getByRole('button', { name: 'Add venue' }).click()
  await expect(festival.sheet('New venue')).toBeVisible()
  await nextFrames(page)
  expect(await root.getAttribute('data-moved')).toBeNull()

  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.reload()
  await expect(root).toHaveAttribute('data-moved')
})

/** Resolves once the page has said what moves: events of movements come with the frame after the one they began in. */
function nextFrames(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )
}
