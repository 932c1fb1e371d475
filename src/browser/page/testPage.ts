/** @module Personalizers for tests of the page's side: real workers with a built-in test server. */
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import type { Personalizer, PersonalizerOptions } from '../api.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { createPersonalizer } from './createPersonalizer.ts'
import type { PageEnvironment } from './page.ts'

let databases = 0
let ids = 0
/**
 * Clock for events. The events are a little over half an hour apart, so that each event is a visit of its own and there
 * is something to learn.
 */
let clock = Date.now() - 100 * 3_600_000

const environment: PageEnvironment = {
  now: () => {
    clock += 3_600_000 / 2 + 60_000
    return Math.min(clock, Date.now())
  },
  newId: () => `page-${ids++}`,
  conditions: {
    read: () => ({ visible: true, savesData: false, battery: null, globalPrivacyControl: false }),
    listen: () => () => {},
  },
  silence: 1500,
  fetch: () => Promise.reject(new TypeError('No page of a test asks for anything')),
  async inPage() {
    const { fetch } = new TestServer(await testModelFiles('1'))
    return deviceInPage({ ...workerEnvironment, fetch })
  },
}

/** Opens personalizers, remembers their workers, and terminates all of them. */
export class TestPage {
  readonly workers: Worker[] = []
  readonly #open: Personalizer[] = []

  readonly newDatabase = () => `page-test-${Date.now()}-${databases++}`

  readonly makeWorker = (): Worker => {
    const worker = new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })
    this.workers.push(worker)
    return worker
  }

  readonly start = async (
    database = this.newDatabase(),
    options: Partial<PersonalizerOptions> = {},
    changes: Partial<PageEnvironment> = {},
  ): Promise<Personalizer> => {
    const personalizer = await createPersonalizer(
      {
        catalog: testCatalog,
        baseModel: TEST_MODEL_URL,
        worker: this.makeWorker,
        engine: 'js',
        persist: 'always',
        ...options,
      },
      { ...environment, database, ...changes },
    )
    this.#open.push(personalizer)
    return personalizer
  }

  readonly end = (): void => {
    for (const personalizer of this.#open.splice(0)) personalizer.close()
    for (const worker of this.workers.splice(0)) worker.terminate()
  }
}

export const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)

export const codesOf = (personalizer: Personalizer) =>
  personalizer.getSnapshot().notices.map(({ code }) => code)
