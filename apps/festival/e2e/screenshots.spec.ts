import { join } from 'node:path'
import type { Page, TestInfo } from '@playwright/test'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

/** A Friday evening in the middle of the sample weekend, so that the pictures are the same on every day. */
const FRIDAY_EVENING = new Date('2026-06-12T19:20:00+02:00')

const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const
type Width = keyof typeof WIDTHS
type Scheme = 'light' | 'dark'

/** CI takes all of them. Every state comes up anyway: what is on the page is expected before its pictures. */
const LOOKS: readonly (readonly [Width, Scheme])[] =
  process.env.FESTIVAL_PICTURES === 'all'
    ? [
        ['phone', 'light'],
        ['phone', 'dark'],
        ['desktop', 'light'],
        ['desktop', 'dark'],
      ]
    : [['phone', 'light']]

// A point is one pixel, so that a picture takes little.
test.use({ timezoneId: 'Europe/Berlin', locale: 'en-GB', serviceWorkers: 'allow', deviceScaleFactor: 1 })

test('pictures of every state', async ({ page, context }, testInfo) => {
  await page.clock.setFixedTime(FRIDAY_EVENING)
  const picture = takePicture(page, testInfo)
  const festival = new Festival(page)

  await festival.open()
  await expect(page.getByRole('heading', { name: 'Calm water' })).toBeVisible()
  await picture('empty')
  await festival.addSample()
  await page.reload()
  await festival.opened()
  await expect(festival.event('Moss & Barnacle')).toBeVisible()
  await picture('programme')

  const sheet = await festival.openEvent('The Undertow')
  await picture('event')
  await sheet.getByRole('button', { name: 'Delete' }).click()
  await expect(festival.sheet('Delete this event?')).toBeVisible()
  await picture('delete')
  await page.getByRole('button', { name: 'Keep it' }).click()
  await sheet.getByRole('button', { name: 'Edit' }).click()
  const form = festival.sheet('Edit event')
  await form.getByLabel('Title').fill('')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByText('Give the event a title.')).toBeVisible()
  await picture('form')
  await form.getByLabel('Title').fill('The Undertow')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Nothing was changed')).toBeVisible()
  await expect(page.getByText('Nothing was changed')).toBeHidden()

  await festival.goTo('Venues')
  await expect(page.getByRole('link', { name: /^Tide Pool/ })).toContainText('Sea Urchin Disco')
  await picture('venues')
  await page.getByRole('link', { name: /^Kelp Stage/ }).click()
  await expect(festival.event('Otter Choir')).toBeAttached()
  await picture('venue')
  await festival.readyForOffline()
  await context.setOffline(true)
  await picture('device')

  const second = new Festival(await context.newPage())
  await second.open('/')
  await expect(second.event('Moss & Barnacle')).toBeVisible()
  await takePicture(second.page, testInfo)('second-tab')
})

function takePicture(page: Page, { project }: TestInfo) {
  return async (state: string) => {
    for (const [width, colorScheme] of LOOKS) {
      await page.setViewportSize(WIDTHS[width])
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const name = `${width}-${colorScheme}-${state}.png`
      await page.screenshot({ path: join(project.outputDir, 'screenshots', name) })
    }
    await page.setViewportSize(WIDTHS.phone)
  }
}
