import type { Page as ChromiumPage } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OpenTab, Written } from './page/page.js'
import { type Page, RealTabs, tabOf } from './real-tabs.js'

describe.each(['chromium', 'firefox'] as const)('tabs of %s', (browser) => {
  let tabs: RealTabs
  let name: string
  let pages: Page[]

  beforeAll(async () => {
    tabs = await RealTabs.start(browser)
  })
  afterAll(() => tabs.end())

  beforeEach(() => {
    name = `tabs-${Math.random().toString(36).slice(2)}`
    pages = []
  })
  afterEach(async () => {
    for (const page of pages) await page.close()
  })

  async function newTab(path?: string): Promise<Page> {
    const page = await tabs.page(path)
    pages.push(page)
    return page
  }

  async function opened(options?: Pick<OpenTab, 'storage'>, path?: string): Promise<Page> {
    const page = await newTab(path)
    await nodeOf(page, options)
    return page
  }

  async function nodeOf(page: Page, options?: Pick<OpenTab, 'storage'>) {
    const node = await tabOf(page).open({ ...options, name })
    expect(node).toMatchObject({ databaseId: expect.any(String) })
    return node
  }

  /** Resolves when so many more of the tab's own writes were acknowledged. */
  async function writes(page: Page, more: number): Promise<void> {
    const before = (await tabOf(page).written()).acknowledged.length
    const enough = async () =>
      expect((await tabOf(page).written()).acknowledged.length).toBeGreaterThanOrEqual(before + more)
    await vi.waitFor(enough, 30_000)
  }

  /** All that was acknowledged is there, and what failed has said that it may be. */
  async function expectNothingLost(survivor: Page, logs: readonly Written[]): Promise<void> {
    const ids = await tabOf(survivor).ids()
    const acknowledged = logs.flatMap((log) => log.acknowledged)
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    for (const failure of logs.flatMap((log) => log.failed)) {
      expect(failure).toMatchObject({ code: 'LEADER_LOST', details: { outcome: 'unknown' } })
    }
  }

  test('ten tabs that are opened at once have one node', async () => {
    const ten = await Promise.all(Array.from({ length: 10 }, () => newTab()))
    const nodes = await Promise.all(ten.map((page) => tabOf(page).open({ name })))
    expect(nodes[0]).toMatchObject({ databaseId: expect.any(String) })
    expect(nodes).toEqual(Array(10).fill(nodes[0]))
    await Promise.all(ten.map((page, capacity) => tabOf(page).create({ name: 'Stage', capacity })))
    for (const page of ten) expect(await tabOf(page).count()).toBe(10)
  })

  describe.each(['opfs', 'indexeddb'] as const)('on %s', (storage) => {
    test.each(['closed', 'crashed'] as const)(
      'nothing acknowledged is lost when the leader is %s amid writes',
      async (how) => {
        const [leader, second, third] = [
          await opened({ storage }),
          await opened({ storage }),
          await opened({ storage }),
        ]
        for (const page of [leader, second, third]) await tabOf(page).write()
        await writes(second, 20)
        const ofLeader = await tabOf(leader).written()
        if (how === 'closed') await leader.close()
        else await tabs.crash(leader)
        await writes(second, 20)
        const logs = [ofLeader, await tabOf(second).stop(), await tabOf(third).stop()]
        await expectNothingLost(third, logs)
        expect(await tabOf(third).storage()).toMatchObject({ kind: storage })
      },
    )
  })

  test('a leader that closes its node replies to what it has begun, and what it has not goes to the next', async () => {
    const [leader, second] = [await opened(), await opened()]
    await tabOf(second).write()
    await writes(second, 20)
    await tabOf(leader).close()
    await writes(second, 20)
    const log = await tabOf(second).stop()
    expect(log.failed).toEqual([])
    await expectNothingLost(second, [log])
  })

  test('a database whose storage broke under the leader is opened again by itself', async () => {
    const [leader, second] = [await opened({ storage: 'indexeddb' }), await opened({ storage: 'indexeddb' })]
    await tabOf(second).create({ name: 'Stage', capacity: 1 })
    // As if another page had opened it: what this opening stores is refused from now on.
    await tabOf(leader).openedElsewhere(name)
    expect(await tabOf(second).create({ name: 'Stage', capacity: 2 })).toMatchObject({ code: 'DATABASE_IN_USE' })
    for (const page of [second, leader]) expect(await tabOf(page).count()).toBe(1)
    for (const page of [second, leader]) {
      expect(await tabOf(page).create({ name: 'Stage', capacity: 3 })).toEqual(expect.any(String))
    }
    expect(await tabOf(leader).count()).toBe(3)
  })

  test('live queries go on in the leader itself when its storage broke', async () => {
    const leader = await opened({ storage: 'indexeddb' })
    await tabOf(leader).follow(3)
    await tabOf(leader).openedElsewhere(name)
    await tabOf(leader).create({ name: 'Stage', capacity: 2 })
    expect(await tabOf(leader).create({ name: 'Stage', capacity: 3 })).toEqual(expect.any(String))
    await vi.waitFor(async () => {
      const rows = (await tabOf(leader).followed()).map((one) => one.rows)
      expect(rows.map(({ length }) => length)).toEqual([1, 1, 1])
    }, 20_000)
  })

  test.each(['rakko leader', 'rakko tab'])('locks "%s…" that a page steals fork nothing', async (prefix) => {
    const [leader, second] = [await opened(), await opened()]
    const thief = await newTab()
    await tabOf(second).watch()
    await tabOf(second).follow(2)
    for (let round = 0; round < 3; round++) {
      expect(await tabOf(thief).stealLocks(`${prefix} ${name}`)).toBeGreaterThan(0)
      for (const page of [leader, second]) {
        const create = () => tabOf(page).create({ name: 'Stage', capacity: 2 })
        await vi.waitFor(async () => expect(await create()).toEqual(expect.any(String)), 30_000)
      }
    }
    const ids = await tabOf(second).ids()
    expect(ids.length).toBeGreaterThanOrEqual(6)
    expect(await tabOf(leader).ids()).toEqual(ids)
    const rows = async () => (await tabOf(second).followed()).map((one) => one.rows.length)
    await vi.waitFor(async () => expect(await rows()).toEqual([ids.length, ids.length]), 20_000)
    expect(await tabOf(second).told()).toEqual([])
  })

  if (browser === 'chromium')
    test('a frozen leader is told from a dead one: calls say that it does not respond, and go on when it thaws', async () => {
      const [leader, second] = [await opened(), await opened({}, 'impatient/')]
      const thaw = await freeze(leader)
      const silent = {
        code: 'LEADER_NOT_RESPONDING',
        message: expect.stringContaining('outcome of a write is unknown'),
      }
      expect(await tabOf(second).count()).toMatchObject(silent)
      // Whoever comes meanwhile is told the same.
      const third = await newTab('impatient/')
      expect(await tabOf(third).open({ name })).toMatchObject(silent)
      await thaw()
      expect(await tabOf(second).create({ name: 'Stage', capacity: 1 })).toEqual(expect.any(String))
      expect(await tabOf(third).open({ name })).toMatchObject({ databaseId: expect.any(String) })
      expect(await tabOf(third).count()).toBe(1)
    })

  test('a storm of reloads loses nothing', async () => {
    const pages = await Promise.all(Array.from({ length: 5 }, () => opened()))
    const first = await nodeOf(pages[0] as Page)
    const logs: Written[] = []
    for (let round = 0; round < 4; round++) {
      for (const page of pages) await tabOf(page).write()
      await Promise.all(
        pages.map(async (page, index) => {
          await writes(page, 2 + ((index + round) % 3))
          logs.push(await tabOf(page).written())
          await page.reload()
          await page.waitForFunction(() => 'tab' in globalThis)
          expect(await nodeOf(page)).toEqual(first)
        }),
      )
    }
    await expectNothingLost(pages[4] as Page, logs)
  })

  test('a hundred live queries go on at the next leader, with each change told once', async () => {
    const [leader, second, third] = [await opened(), await opened(), await opened()]
    await tabOf(second).follow(100)
    for (const page of [leader, third]) await tabOf(page).write()
    await writes(third, 20)
    await leader.close()
    await writes(third, 20)
    await tabOf(third).stop()
    // The last write is acknowledged before the others hear of it.
    await vi.waitFor(async () => {
      const followed = await tabOf(second).followed()
      expect(followed.map(({ rows }) => rows)).toEqual(await tabOf(second).asFound())
    }, 20_000)
    const followed = await tabOf(second).followed()
    expect(followed[0]?.rows).toHaveLength((await tabOf(third).ids()).length)
    expect(followed.flatMap(({ faults }) => faults)).toEqual([])
  })

  test('a create with an idempotency id that the leader did not answer makes one document', async () => {
    const [leader, second] = [await opened(), await opened()]
    const creating = Array.from({ length: 20 }, (_, capacity) =>
      tabOf(second).create({ name: 'Stage', capacity }, { idempotencyId: `stage ${capacity}` }),
    )
    await leader.close()
    expect(await Promise.all(creating)).toEqual(Array(20).fill(expect.any(String)))
    expect(await tabOf(second).count()).toBe(20)
  })

  test('tabs of different versions share nothing, and each is told which of them has to reload', async () => {
    const leader = await opened()
    await tabOf(leader).watch()
    const later = await newTab('later/')
    expect(await tabOf(later).open({ name })).toMatchObject({
      code: 'TAB_VERSION_DIFFERS',
      message: expect.stringContaining('reload or close that tab'),
    })
    await vi.waitFor(async () => expect(await tabOf(leader).told()).toEqual(['later-version']))
    expect(await tabOf(leader).create({ name: 'Stage', capacity: 1 })).toEqual(expect.any(String))
    await leader.close()
    expect(await tabOf(later).open({ name })).toMatchObject({ databaseId: expect.any(String) })
    expect(await tabOf(later).count()).toBe(1)
    const earlier = await newTab()
    expect(await tabOf(earlier).open({ name })).toMatchObject({
      code: 'TAB_VERSION_DIFFERS',
      message: expect.stringContaining('reload this page'),
    })
  })
})

/** Chromium freezes a page for DevTools, and not its worker, as it does by itself. So the worker is halted. */
async function freeze(page: Page): Promise<() => Promise<void>> {
  const session = await devTools(page)
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId)
    })
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  const worker = await attached
  const tell = async (method: string, id: number) => {
    const done = new Promise<void>((resolve) => {
      session.on('Target.receivedMessageFromTarget', ({ message }) => {
        if (JSON.parse(message).id === id) resolve()
      })
    })
    await session.send('Target.sendMessageToTarget', { sessionId: worker, message: JSON.stringify({ id, method }) })
    await done
  }
  await tell('Debugger.enable', 1)
  await tell('Debugger.pause', 2)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  return async () => {
    await tell('Debugger.resume', 3)
    await session.send('Page.setWebLifecycleState', { state: 'active' })
  }
}

function devTools(page: Page) {
  return (page as ChromiumPage).context().newCDPSession(page as ChromiumPage)
}
