import { test as base, expect } from '@playwright/test'

/** What the browser itself writes when a request finds no network: expected wherever a test takes it away. */
const NO_NETWORK = /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|FAILED)/

/**
 * Every test also fails on an error that nobody caught, on a complaint in the console and on what the page's own policy
 * forbade.
 */
export const test = base.extend<{ complaints: string[] }>({
  // Drawing the waves without a graphics card takes the time that the tests need.
  contextOptions: { reducedMotion: 'reduce' },
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = []
      context.on('weberror', (error) => complaints.push(error.error().message))
      context.on('console', (message) => {
        if (message.type() === 'error' && !NO_NETWORK.test(message.text())) complaints.push(message.text())
      })
      await use(complaints)
      expect(complaints).toEqual([])
      // What a page still asks for now, no route of the test serves any more. That is no error.
      for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' })
    },
    { auto: true },
  ],
})

export { expect }
