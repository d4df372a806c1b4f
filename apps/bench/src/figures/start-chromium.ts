import { join } from 'node:path'
import { benchSchemas } from '../bench-schemas.js'
import { servePage } from '../chromium/serve-page.js'
import { withPage } from '../chromium/with-page.js'
import type { Measurement } from '../figure.js'
import { alternate, milliseconds } from '../measure.js'
import { withFolder } from '../start/temporary-folder.js'

/** Opening a node in a worker on OPFS, in a browser that has never seen the page. */
export function startFirstInChromium(): Promise<Measurement> {
  return inChromium(async ({ node, bare }) => {
    let round = 0
    const medians = await alternate(
      () => bare(`bare-${round}`, true),
      () => node(`node-${round++}`),
    )
    return milliseconds(medians)
  })
}

/** Opening it again, in a new browser on the same profile. */
export function startSecondInChromium(): Promise<Measurement> {
  return inChromium(async ({ node, bare }) => {
    await bare('bare', true)
    await node('node')
    const medians = await alternate(
      () => bare('bare', false),
      () => node('node'),
    )
    return milliseconds(medians)
  })
}

/** Milliseconds of an opening in the profile of this name. */
interface Starts {
  node(profile: string): Promise<number>
  bare(profile: string, isNew: boolean): Promise<number>
}

function inChromium(measure: (starts: Starts) => Promise<Measurement>): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    const server = await servePage(join(folder, 'page'))
    const profile = (name: string) => join(folder, name)
    try {
      return await measure({
        node: (name) =>
          withPage(profile(name), server.url, (page) => page.evaluate((bound) => startPage.node(bound), schemas)),
        bare: (name, isNew) =>
          withPage(profile(name), server.url, (page) => page.evaluate((start) => startPage.bare(start), { isNew })),
      })
    } finally {
      await server.close()
    }
  })
}
