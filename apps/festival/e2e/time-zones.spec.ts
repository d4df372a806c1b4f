import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type LaunchOptions } from '@playwright/test'
import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

test.describe('on a device in Berlin', () => {
  test.use({ timezoneId: 'Europe/Berlin', locale: 'en-GB' })

  test('the hour that the clocks repeat is asked for, kept and shown; the one that they skip is refused', async ({
    page,
  }) => {
    const festival = new Festival(page)
    await festival.open()
    await festival.addVenue('Tide Pool', 350)
    await festival.goTo('Programme')
    await page.getByRole('button', { name: 'Add the first event' }).click()
    const form = festival.sheet('New event')
    await form.getByLabel('Title').fill('Extra hour')
    await form.getByLabel('Starts').fill('2040-10-28T02:15')
    // An hour after the first 02:15 it is 02:15 again.
    await expect(form.getByLabel('Ends')).toHaveValue('2040-10-28T02:15')
    await expect(form.getByRole('radio', { name: 'The second' }).last()).toBeChecked()
    await form.getByRole('radio', { name: 'The first' }).last().check()
    await form.getByRole('button', { name: 'Add event' }).click()
    await expect(form.getByText('It must end after it starts.')).toBeVisible()

    await form.getByRole('radio', { name: 'The second' }).last().check()
    await form.getByRole('button', { name: 'Add event' }).click()
    await expect(festival.event('Extra hour')).toContainText('1 h')

    // Editing something else leaves the second 02:15 alone.
    const sheet = await festival.openEvent('Extra hour')
    await sheet.getByRole('button', { name: 'Edit' }).click()
    const edit = festival.sheet('Edit event')
    await expect(edit.getByRole('radio', { name: 'The second' }).last()).toBeChecked()
    await edit.getByLabel('Title').fill('The extra hour')
    await edit.getByRole('button', { name: 'Save' }).click()
    await expect(edit).toBeHidden()
    await expect(festival.event('The extra hour')).toContainText('1 h')

    await page.getByRole('button', { name: 'Add event' }).click()
    await form.getByLabel('Title').fill('No such hour')
    await form.getByLabel('Starts').fill('2040-03-25T02:30')
    await form.getByRole('button', { name: 'Add event' }).click()
    await expect(form.getByText('The clocks skip this time on that day.')).toBeVisible()
  })
})

test('an event is shown at the same instant to a traveller', async ({ baseURL, launchOptions }) => {
  const profile = await mkdtemp(join(tmpdir(), 'festival-'))
  try {
    await inZone(profile, launchOptions, 'Europe/Berlin', async (festival) => {
      await festival.open(baseURL)
      await festival.addVenue('Kelp Stage', 1200)
      await festival.addEvent('Midnight set', 'Kelp Stage', '2040-06-16T00:30', '2040-06-16T02:00')
      await expect(festival.event('Midnight set')).toContainText('00:30')
    })
    await inZone(profile, launchOptions, 'America/New_York', async (festival) => {
      await festival.open(baseURL)
      await expect(festival.event('Midnight set')).toContainText('18:30')
      await expect(festival.page.getByRole('heading', { name: 'Friday 15 June 2040' })).toBeVisible()
      const sheet = await festival.openEvent('Midnight set')
      await sheet.getByRole('button', { name: 'Edit' }).click()
      await expect(festival.sheet('Edit event').getByLabel('Starts')).toHaveValue('2040-06-15T18:30')
      await festival.sheet('Edit event').getByLabel('Starts').fill('2040-06-15T19:00')
      await festival.sheet('Edit event').getByRole('button', { name: 'Save' }).click()
      await expect(festival.event('Midnight set')).toContainText('19:00')
    })
    await inZone(profile, launchOptions, 'Europe/Berlin', async (festival) => {
      await festival.open(baseURL)
      await expect(festival.event('Midnight set')).toContainText('01:00')
      await expect(festival.event('Midnight set')).toContainText('02:30')
    })
  } finally {
    await rm(profile, { recursive: true, force: true })
  }
})

/** The same browser profile, as if its owner had travelled. */
async function inZone(
  profile: string,
  launchOptions: LaunchOptions,
  timezoneId: string,
  visit: (festival: Festival) => Promise<void>,
): Promise<void> {
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    timezoneId,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  })
  try {
    await visit(new Festival(context.pages()[0] ?? (await context.newPage())))
  } finally {
    await context.close()
  }
}
