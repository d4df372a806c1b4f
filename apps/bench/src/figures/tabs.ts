import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { benchSchemas } from '../bench-schemas.js'
import { servePage } from '../chromium/serve-page.js'
import { withPage } from '../chromium/with-page.js'
import type { Measurement } from '../figure.js'
import { median } from '../measure.js'
import { withFolder } from '../start/temporary-folder.js'

const STORED = 10_000
const CALLS = 2_000
const ROUNDS = 5

/** `get` of 1 KB from a tab that follows, beside the same from the tab that leads: the median call. */
export function tabCall(): Promise<Measurement> {
  return withTabs(1, async ({ leader, follower, id }) => {
    const calls = (page: Page) => page.evaluate(([id, count]) => tabPage.callsOneByOne(id, count), [id, CALLS] as const)
    const leaders: number[] = []
    const followers: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      leaders.push(median(await calls(leader)))
      followers.push(median(await calls(follower)))
    }
    return {
      value: median(followers),
      unit: 'ms',
      floor: median(leaders),
      details: { leaderMs: leaders, followerMs: followers },
    }
  })
}

/** The same with 2 000 calls in flight: how many a second. */
export function tabCalls(): Promise<Measurement> {
  return withTabs(1, async ({ leader, follower, id }) => {
    const rate = async (page: Page) =>
      (CALLS / (await page.evaluate(([id, count]) => tabPage.callsInFlight(id, count), [id, CALLS] as const))) * 1000
    const leaders: number[] = []
    const followers: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      leaders.push(await rate(leader))
      followers.push(await rate(follower))
    }
    return { value: median(followers), unit: 'per second', floor: median(leaders) }
  })
}

/** The tab that leads is closed: how long a call of another one takes until it is answered by the next leader. */
export function takeover(): Promise<Measurement> {
  return withTabs(STORED, async ({ leader, follower, id, another }) => {
    const each: number[] = []
    let [leads, follows] = [leader, follower]
    for (let round = 0; round < ROUNDS; round++) {
      await follows.evaluate((id) => tabPage.keepCalling(id), id)
      await leads.close()
      // One more call than the one that waits for the next leader.
      await follows.evaluate((id) => tabPage.callsOneByOne(id, 1), id)
      each.push(await follows.evaluate(() => tabPage.longestCall()))
      leads = follows
      follows = await another()
    }
    return { value: median(each), unit: 'ms', floor: null, details: { takeoverMs: each } }
  })
}

interface Tabs {
  readonly leader: Page
  readonly follower: Page
  /** Of a document. */
  readonly id: string
  /** One more tab that follows. */
  another(): Promise<Page>
}

function withTabs(documents: number, measure: (tabs: Tabs) => Promise<Measurement>): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    const server = await servePage(join(folder, 'page'))
    try {
      return await withPage(join(folder, 'profile'), server.url, async (leader) => {
        await leader.evaluate((bound) => tabPage.open(bound), schemas)
        const id = await leader.evaluate((count) => tabPage.create(count), documents)
        const another = async (): Promise<Page> => {
          const page = await leader.context().newPage()
          await page.goto(server.url)
          await page.waitForFunction(() => 'tabPage' in globalThis)
          await page.evaluate((bound) => tabPage.open(bound), schemas)
          return page
        }
        return measure({ leader, follower: await another(), id, another })
      })
    } finally {
      await server.close()
    }
  })
}
