/**
 * @module Tests every state of a consent, followed by every possible change: no byte of a report is sent unless the
 * consent still permits it after the change. The worker's real code runs on the test's disk and network.
 */

import { toHex } from '@nearside/core/bytes.ts'
import type { TestServer } from '@nearside/core/model/testShop.ts'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDisk } from '../storage/testDisk.ts'
import { type Bus, createBus } from './state.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { live, openDevice, type TestDevice, testServer } from './testDevice.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})

class Scene {
  readonly aggregators: TestAggregators
  readonly tabs: { readonly tested: TestDevice; readonly bus: Bus }[] = []
  /** Shared by all tabs. */
  readonly disk = createTestDisk()
  unreachable = false
  privacyControl = false
  now = Date.UTC(2026, 0, 20)
  /** Bodies of all requests, hex. */
  readonly bodies: string[] = []
  readonly #work = new Set<Promise<unknown>>()

  private constructor(aggregators: TestAggregators) {
    this.aggregators = aggregators
    // This `navigator` has no Web Locks, so the tabs of a scene are connected only by the disk and bus that `open`
    // gives them.
    const scene = this
    vi.stubGlobal('navigator', {
      get globalPrivacyControl() {
        return scene.privacyControl
      },
    })
  }

  static async start(): Promise<Scene> {
    const scene = new Scene(await TestAggregators.start(server))
    await scene.open()
    await live(scene.tab, scene.now - 10 * 86_400_000)
    return scene
  }

  get tab(): TestDevice {
    return this.tabs[0].tested
  }

  async open(): Promise<TestDevice> {
    const bus = this.#tracked()
    bus.on('stored', (what) => {
      for (const other of this.tabs) if (other.bus !== bus) other.bus.emit('storedElsewhere', what)
    })
    const answer = this.aggregators.fetchWith(server.fetch)
    const fetch: typeof answer = async (input, init) => {
      const asksShop = String(input).startsWith('https://shop.test/')
      if (this.unreachable && !asksShop) throw new TypeError('Failed to fetch')
      if (init?.body) this.bodies.push(toHex(init.body as Uint8Array))
      return answer(input, init)
    }
    const environment = { fetch, now: () => this.now, indexedDb: () => this.disk.factory }
    const config = { federation: FEDERATION }
    const tested = await openDevice(server, 'consent-states', environment, config, bus)
    this.tabs.push({ tested, bus })
    return tested
  }

  async close(): Promise<void> {
    for (const { tested } of this.tabs.splice(0)) await tested.device.close()
  }

  /** Waits until all listeners have finished, including listeners that they cause to run. */
  async settle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #tracked(): Bus {
    const bus = createBus()
    const follow = async (work: Promise<void>) => {
      this.#work.add(work)
      await work.finally(() => this.#work.delete(work))
    }
    return {
      ...bus,
      on: (name, listener) => bus.on(name, (what) => follow(Promise.resolve(listener(what)))),
    }
  }
}

interface State {
  readonly reach: (scene: Scene) => Promise<unknown>
  /** Permitted reports: one new report (`one`), the same report as before (`again`), or no report. */
  readonly permits: 'one' | 'again' | 'none'
}

const agree = ({ tab }: Scene) => agreeTo(tab.device)
const withdraw = ({ tab }: Scene) => tab.device.setContribution(false)
const contribute = ({ tab }: Scene) => tab.device.contribute()
const askMore = ({ aggregators }: Scene) => {
  aggregators.policy = { ...aggregators.policy, trust: 'trusted-server' }
}
/** Sends an update; the server's answer is lost. */
async function lose(scene: Scene): Promise<void> {
  await agree(scene)
  scene.aggregators.answer = 'lost'
  await contribute(scene)
  scene.aggregators.answer = 'receipt'
}

const states: Record<string, State> = {
  'never asked': { reach: async () => {}, permits: 'none' },
  'shown the terms': { reach: ({ tab }) => tab.device.contributionTerms(), permits: 'none' },
  agreed: { reach: agree, permits: 'one' },
  'agreed in another tab': {
    reach: async (scene) => agreeTo((await scene.open()).device),
    permits: 'one',
  },
  'agreed, then the aggregators asked for more': {
    reach: async (scene) => {
      await agree(scene)
      askMore(scene)
    },
    permits: 'none',
  },
  'agreed, for another model': {
    reach: async (scene) => {
      await agree(scene)
      const { policy } = scene.aggregators
      scene.aggregators.policy = { ...policy, model: { version: '2', hash: '00'.repeat(32) } }
    },
    permits: 'none',
  },
  'agreed, but the disk refused': {
    reach: async (scene) => {
      scene.disk.refuses = true
      await expect(agree(scene)).rejects.toThrow()
      scene.disk.refuses = false
    },
    permits: 'none',
  },
  withdrawn: {
    reach: async (scene) => {
      await agree(scene)
      await withdraw(scene)
    },
    permits: 'none',
  },
  paused: {
    reach: async (scene) => {
      await agree(scene)
      await scene.tab.device.pause(true)
    },
    permits: 'none',
  },
  erased: {
    reach: async (scene) => {
      await agree(scene)
      await scene.tab.device.erase()
    },
    permits: 'none',
  },
  'budget spent': {
    reach: async (scene) => {
      await agree(scene)
      await contribute(scene)
    },
    permits: 'none',
  },
  'under Global Privacy Control': {
    reach: async (scene) => {
      await agree(scene)
      scene.privacyControl = true
    },
    permits: 'none',
  },
  'an update waits': { reach: lose, permits: 'again' },
  'withdrawn while an update waits, then agreed again': {
    reach: async (scene) => {
      await lose(scene)
      await withdraw(scene)
      await agree(scene)
    },
    permits: 'none',
  },
}

/**
 * `keeps`: whether the state's permission remains valid after the change; `new`: it remains valid for new reports, but
 * not for a waiting report.
 */
interface Transition {
  readonly happen: (scene: Scene) => unknown
  readonly keeps: boolean | 'new'
}

const transitions: Record<string, Transition> = {
  capture: {
    happen: ({ tab }) => tab.capture({ name: 'view_item', item_id: 'item-1' }),
    keeps: true,
  },
  'fine-tune': { happen: ({ tab }) => tab.device.fineTune({}).catch(() => {}), keeps: true },
  contribute: { happen: contribute, keeps: true },
  'timers fire': {
    async happen({ tab }) {
      await tab.capture({ name: 'purchase', item_id: 'item-2' })
      tab.timers.fire(Number.POSITIVE_INFINITY)
      // This fit starts after the timer's fit has ended, so the test waits for both.
      await tab.device.fineTune({}).catch(() => {})
    },
    keeps: true,
  },
  reload: {
    async happen(scene) {
      await scene.close()
      await scene.open()
    },
    keeps: true,
  },
  'a second tab': { happen: (scene) => scene.open(), keeps: true },
  'the clock is set back': { happen: (scene) => (scene.now -= 86_400_000), keeps: true },
  'terms are requested': { happen: ({ tab }) => tab.device.contributionTerms(), keeps: true },
  'aggregators ask for more': { happen: askMore, keeps: false },
  'aggregators are down': { happen: (scene) => (scene.unreachable = true), keeps: false },
  'Global Privacy Control': { happen: (scene) => (scene.privacyControl = true), keeps: false },
  withdraw: { happen: withdraw, keeps: false },
  'withdraw elsewhere': {
    happen: async (scene) => (await scene.open()).device.setContribution(false),
    keeps: false,
  },
  'withdraw, but the disk refuses': {
    async happen(scene) {
      scene.disk.refuses = true
      // The call rejects only in states with a consent to withdraw.
      for (const { tested } of scene.tabs)
        await tested.device.setContribution(false).catch(() => {})
      scene.disk.refuses = false
    },
    keeps: false,
  },
  // `pause` rejects if the disk refuses to store it; the pause then applies to this tab only.
  pause: { happen: ({ tab }) => tab.device.pause(true).catch(() => {}), keeps: false },
  'pause elsewhere': {
    happen: async (scene) => (await scene.open()).device.pause(true),
    keeps: false,
  },
  // The call rejects if the disk refused an earlier erasure, since data could remain on it.
  erase: { happen: ({ tab }) => tab.device.erase().catch(() => {}), keeps: false },
  'erase elsewhere': { happen: async (scene) => (await scene.open()).device.erase(), keeps: false },
  'forget an item': {
    happen: ({ tab }) => tab.device.forget({ kind: 'item', name: 'item-0' }).catch(() => {}),
    keeps: 'new',
  },
  'the disk refuses': { happen: (scene) => (scene.disk.refuses = true), keeps: false },
}

let scene: Scene | null = null
afterEach(async () => {
  await scene?.close()
  scene = null
  vi.unstubAllGlobals()
})

describe.each(Object.entries(states))('state of the consent: %s', (_state, { reach, permits }) => {
  test.each(Object.entries(transitions))('change: %s', async (_transition, { happen, keeps }) => {
    scene = await Scene.start()
    await reach(scene)
    await scene.settle()
    const before = scene.bodies.splice(0)
    await happen(scene)
    await scene.settle()
    for (const { tested } of scene.tabs) await tested.device.contribute()
    await scene.settle()
    const left = new Set(scene.bodies)
    const may = keeps === true || (keeps === 'new' && permits === 'one') ? permits : 'none'
    expect(left.size).toBe(may === 'none' ? 0 : 1)
    if (may === 'again') expect([...left]).toEqual(before)
  })
})

test('the tests above cover at least 96 pairs of a consent’s state and a transition', () => {
  expect(Object.keys(states).length * Object.keys(transitions).length).toBeGreaterThanOrEqual(96)
})
