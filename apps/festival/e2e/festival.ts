import { expect, type Locator, type Page } from '@playwright/test'

/** The app as a person uses it: what is visible, by its role and name. */
export class Festival {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Resolves once the node is open and the page shows what it holds. */
  async open(path = '/'): Promise<void> {
    await this.page.goto(path)
    await this.opened()
  }

  async opened(): Promise<void> {
    await expect(this.storagePill().or(this.hubPill()).first()).toBeVisible({ timeout: 60_000 })
  }

  /** How it stands with the hub. */
  hubPill(): Locator {
    return this.page.getByRole('link', { name: /^Hub: / })
  }

  /** Opens the link that somebody shares, and agrees to its hub. */
  async openWithHub(address: string): Promise<void> {
    await this.open(`/?hub=${encodeURIComponent(address)}`)
    await this.sheet('Share with this hub?').getByRole('button', { name: 'Share' }).click()
    await this.inSync()
  }

  async inSync(): Promise<void> {
    await expect(this.hubPill()).toHaveText('Hub: In sync')
  }

  storagePill(): Locator {
    return this.page.getByRole('link', { name: /^(Kept on this device|On this device|Memory only)$/ })
  }

  async goTo(place: 'Programme' | 'Venues' | 'This device'): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: place }).click()
  }

  /** Waits until the service worker has every file of the app. */
  async readyForOffline(): Promise<void> {
    await this.goTo('This device')
    await expect(this.page.getByText('Ready: the whole app is on this device')).toBeVisible({ timeout: 60_000 })
  }

  sheet(name: string): Locator {
    return this.page.getByRole('dialog', { name })
  }

  async addVenue(name: string, capacity: number, description = ''): Promise<void> {
    await this.goTo('Venues')
    await this.page
      .getByRole('button', { name: /^Add (a )?venue$/ })
      .first()
      .click()
    const sheet = this.sheet('New venue')
    await sheet.getByLabel('Name').fill(name)
    await sheet.getByLabel('Capacity').fill(String(capacity))
    await sheet.getByLabel('Description').fill(description)
    await sheet.getByRole('button', { name: 'Add venue' }).click()
    await expect(sheet).toBeHidden()
    await expect(this.page.getByRole('link', { name: new RegExp(`^${literally(name)}`) })).toBeVisible()
  }

  /** Times are wall times of the browser's time zone, `YYYY-MM-DDTHH:mm`. */
  async addEvent(title: string, venue: string, starts: string, ends: string, description = ''): Promise<void> {
    await this.goTo('Programme')
    await this.page
      .getByRole('button', { name: /^Add (the first )?event$/ })
      .first()
      .click()
    const sheet = this.sheet('New event')
    await sheet.getByLabel('Title').fill(title)
    await sheet.getByLabel('Venue').selectOption(venue)
    await sheet.getByLabel('Starts').fill(starts)
    await sheet.getByLabel('Ends').fill(ends)
    await sheet.getByLabel('Description').fill(description)
    await sheet.getByRole('button', { name: 'Add event' }).click()
    await expect(sheet).toBeHidden()
    await expect(this.event(title)).toBeVisible()
  }

  event(title: string): Locator {
    return this.page.getByRole('main').getByRole('link', { name: title })
  }

  async openEvent(title: string): Promise<Locator> {
    await this.event(title).click()
    const sheet = this.sheet(title)
    await expect(sheet).toBeVisible()
    return sheet
  }

  async editEvent(title: string, change: (form: Locator) => Promise<void>): Promise<void> {
    const sheet = await this.openEvent(title)
    await sheet.getByRole('button', { name: 'Edit' }).click()
    const form = this.sheet('Edit event')
    await change(form)
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(form).toBeHidden()
  }

  async addSample(): Promise<void> {
    await this.page.getByRole('button', { name: 'Show me a sample' }).click()
    await expect(this.page.getByText('A weekend is planned')).toBeVisible()
  }
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
