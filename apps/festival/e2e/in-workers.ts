import type { Page } from '@playwright/test'

/** Takes an API away from every worker, as browsers without it or with it switched off do. */
export async function inWorkers(page: Page, prelude: string): Promise<void> {
  await page.route(/\.js$/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      response,
      body: `if (typeof WorkerGlobalScope === 'function') { ${prelude} }\n${await response.text()}`,
    })
  })
}

export const NO_OPFS = 'delete StorageManager.prototype.getDirectory;'
export const NO_INDEXEDDB = `IDBFactory.prototype.open = () => { throw new DOMException('switched off', 'SecurityError') };`
