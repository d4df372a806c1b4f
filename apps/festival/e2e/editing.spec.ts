import { Festival } from './festival.js'
import { expect, test } from './fixtures.js'

test('a venue is edited and deleted; its events stay and say that it is gone', { tag: '@any-width' }, async ({
  page,
}) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('The Galley', 60)
  await festival.addVenue('Cove Workshop', 24)
  await festival.addEvent('The long table', 'The Galley', '2040-06-15T18:30', '2040-06-15T20:00')

  await festival.goTo('Venues')
  await page.getByRole('link', { name: /^The Galley/ }).click()
  await page.getByRole('button', { name: 'Edit venue' }).click()
  const form = festival.sheet('Edit venue')
  await form.getByLabel('Capacity').fill('75')
  await form.getByRole('radio', { name: 'Violet' }).check()
  await form.getByRole('button', { name: 'Save' }).click()
  // The list may show the change before the sheet closes, and a reload keeps a sheet that is open.
  await expect(form).toBeHidden()
  await expect(page.getByText('Room for 75')).toBeVisible()
  await page.reload()
  await festival.opened()
  await expect(page.getByText('Room for 75')).toBeVisible()
  await expect(festival.event('The long table')).toBeVisible()

  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('One event takes place here. It stays')).toBeVisible()
  await page.getByRole('button', { name: 'Delete venue' }).click()
  await expect(page.getByRole('link', { name: /^The Galley/ })).toHaveCount(0)
  await expect(page.getByRole('link', { name: /^Cove Workshop/ })).toBeVisible()

  await festival.goTo('Programme')
  await expect(festival.event('The long table')).toContainText('Venue was deleted')
})

test('a form says what is missing or wrong and stores nothing; an event that is put off keeps its length', {
  tag: '@any-width',
}, async ({ page }) => {
  const festival = new Festival(page)
  await festival.open('/#/venues')
  await page.getByRole('button', { name: 'Add a venue' }).click()
  const venue = festival.sheet('New venue')
  await venue.getByLabel('Capacity').fill('12.5')
  await venue.getByRole('button', { name: 'Add venue' }).click()
  await expect(venue.getByLabel('Name')).toBeFocused()
  await expect(venue.getByLabel('Name')).toHaveAccessibleDescription('Give the venue a name.')
  await expect(venue.getByText('Say how many people fit in, as a whole number.')).toBeVisible()
  await venue.getByLabel('Name').fill('Lagoon')
  await venue.getByLabel('Capacity').fill('0')
  await expect(venue.getByText('At least one person should fit in.')).toBeVisible()

  // What was typed is not thrown away unasked.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Keep typing' }).click()
  await expect(venue.getByLabel('Name')).toHaveValue('Lagoon')
  await venue.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Throw away' }).click()
  await expect(venue).toBeHidden()
  await expect(page.getByText('No place to float yet')).toBeVisible()

  await festival.addVenue('Kelp Stage', 1200)
  await festival.goTo('Programme')
  await page.getByRole('button', { name: 'Add the first event' }).click()
  const form = festival.sheet('New event')
  await form.getByLabel('Title').fill('The Undertow')
  await form.getByLabel('Starts').fill('2040-06-15T21:00')
  await form.getByLabel('Ends').fill('2040-06-15T20:00')
  await form.getByRole('button', { name: 'Add event' }).click()
  await expect(form.getByText('It must end after it starts.')).toBeVisible()
  await form.getByLabel('Ends').fill('2040-06-15T22:30')
  await form.getByLabel('Starts').fill('2040-06-15T23:15')
  await expect(form.getByLabel('Ends')).toHaveValue('2040-06-16T00:45')
  await form.getByRole('button', { name: 'Add event' }).click()
  await expect(festival.event('The Undertow')).toContainText('1 h 30 min')
})

test('any text comes back as it was typed', async ({ page }) => {
  const festival = new Festival(page)
  await festival.open()
  const long = `${'Weltuntergangsjahrmarktskapellenmeister '.repeat(40)}ende`
  for (const name of ['Ünïcødé 🦦‍🎪 שלום مرحبا 海獺', long, "<b>'; DROP TABLE venues; --</b>"]) {
    await festival.addVenue(name, 1, `${name}\n\nsecond paragraph`)
    await page.getByRole('link', { name: name.slice(0, 20) }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
    await expect(page.getByText('second paragraph')).toBeVisible()
    // However long a name is, the page never grows wider than the screen.
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
  }
})

test('the back button closes a sheet, and an address leads to what it names', { tag: '@any-width' }, async ({
  page,
}) => {
  const festival = new Festival(page)
  await festival.open()
  await festival.addVenue('Kelp Stage', 1200)
  await festival.addEvent('Gates and brass', 'Kelp Stage', '2040-06-15T16:00', '2040-06-15T17:00', 'The town band')
  const sheet = await festival.openEvent('Gates and brass')
  await page.reload()
  await festival.opened()
  await expect(sheet).toContainText('The town band')
  await page.goBack()
  await expect(sheet).toBeHidden()
  await expect(festival.event('Gates and brass')).toBeVisible()

  await page.goto(`/#/programme?sheet=event&id=0020${'00'.repeat(32)}`)
  await expect(festival.sheet('No such event')).toBeVisible()
  await page.goto('/#/venues/nonsense')
  await expect(page.getByText('No such venue')).toBeVisible()
})
