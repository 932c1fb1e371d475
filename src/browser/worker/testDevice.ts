/** @module Devices for tests, with real IndexedDB, and with a server and an engine that the test controls. */

import {
  TEST_MODEL_URL,
  type TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import type { ListOptions, Recommendation, RerankOptions } from '@nearside/core/ranking/apiLists.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { onTestFinished } from 'vitest'
import type { CaptureInput } from '../api.ts'
import type { WorkerConfig } from '../messages.ts'
import { type Device, startDevice } from './device.ts'
import { workerEnvironment } from './serve.ts'
import type { Environment } from './services.ts'
import type { Bus } from './state.ts'

export { TestServer, testModelFiles } from '@nearside/core/model/testShop.ts'

let databases = 0

export const newDatabase = () => `test-${Date.now()}-${databases++}`

export const testConfig = (
  database: string,
  overrides: Partial<WorkerConfig> = {},
): WorkerConfig => ({
  catalog: testCatalog,
  baseModel: TEST_MODEL_URL,
  engine: 'js',
  federation: null,
  database,
  persist: 'always',
  strategy: 'hybrid',
  learners: [],
  imbalance: 'none',
  cleaning: 'rules',
  exclude: ['bought', 'basket'],
  rules: null,
  live: null,
  latest: null,
  modelKeys: null,
  retentionDays: Number.POSITIVE_INFINITY,
  conditions: { visible: true, savesData: false, battery: null, globalPrivacyControl: false },
  context: {},
  ...overrides,
})

/** Timers that fire only on request. */
class TestTimers {
  readonly waiting = new Map<number, { callback: () => void; milliseconds: number }>()
  #next = 1
  set = (callback: () => void, milliseconds: number): number => {
    this.waiting.set(this.#next, { callback, milliseconds })
    return this.#next++
  }
  clear = (timer: number): void => void this.waiting.delete(timer)
  /** Fires all timers of at most this many milliseconds. */
  fire(upTo: number): void {
    for (const [timer, { callback, milliseconds }] of [...this.waiting]) {
      if (milliseconds > upTo || !this.waiting.delete(timer)) continue
      callback()
    }
  }
}

export interface ListingDevice extends Device {
  recommend(options: ListOptions): Promise<readonly Recommendation[]>
  similar(item: string, options: ListOptions): Promise<readonly Recommendation[]>
  boughtTogether(
    item: string | readonly string[],
    options: ListOptions,
  ): Promise<readonly Recommendation[]>
  rerank(items: readonly string[], options: RerankOptions): Promise<readonly Recommendation[]>
}

const pageMethods = (device: Device): Omit<ListingDevice, keyof Device> => ({
  recommend: async (options) => device.list({ kind: 'recommend', options }),
  similar: async (item, options) => device.list({ kind: 'similar', item, options }),
  boughtTogether: async (item, options) => device.list({ kind: 'boughtTogether', item, options }),
  rerank: async (items, options) => device.list({ kind: 'rerank', items, options }),
})

export const listing = (device: Device): ListingDevice => Object.assign(device, pageMethods(device))

export interface TestDevice {
  readonly device: ListingDevice
  readonly timers: TestTimers
  readonly database: string
  capture(input: CaptureInput, id?: string): Promise<string | null>
}

export const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id)

let events = 0

export async function openDevice(
  server: TestServer,
  database: string,
  overrides: Partial<Environment> = {},
  config: Partial<WorkerConfig> = {},
  bus?: Bus,
): Promise<TestDevice> {
  const timers = new TestTimers()
  const environment: Environment = {
    ...workerEnvironment,
    random: () => 0,
    timers,
    fetch: server.fetch,
    chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
    ...overrides,
  }
  const device = listing(await startDevice(testConfig(database, config), environment, bus))
  await device.ready()
  return {
    device,
    timers,
    database,
    capture: (input, id = `e${events++}`) => device.capture({ id, time: environment.now(), input }),
  }
}

/** Opens a device that closes at the end of the test. */
export async function start(...args: Parameters<typeof openDevice>): Promise<TestDevice> {
  const opened = await openDevice(...args)
  onTestFinished(() => opened.device.close())
  return opened
}

/** Captures the events of a shopper: four visits on four days. */
export async function live(
  { device }: { readonly device: Pick<Device, 'capture'> },
  from = Date.now() - 10 * 86_400_000,
): Promise<void> {
  for (let visit = 0; visit < 4; visit++) {
    for (const [step, name] of (['view_item', 'add_to_cart', 'purchase'] as const).entries()) {
      const item_id = `item-${4 * visit}`
      const time = from + visit * 86_400_000 + step * 60_000
      await device.capture({ id: `life-${visit}-${step}`, time, input: { name, item_id } })
    }
  }
}

export const testServer = async (version = '1'): Promise<TestServer> => {
  const { TestServer } = await import('@nearside/core/model/testShop.ts')
  return new TestServer(await testModelFiles(version))
}
