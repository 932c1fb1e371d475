/** @module One click: number of project files that run between `capture` and the new list, counted by V8's coverage. */
import 'fake-indexeddb/auto'
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { expect, test, vi } from 'vitest'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { createPersonalizer } from './createPersonalizer.ts'
import type { PageEnvironment } from './page.ts'

const SRC = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Upper limit of files that a newcomer reads to follow a click. The goal is 45. */
const MOST_FILES = 45

const environment: PageEnvironment = {
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  conditions: {
    read: () => ({ visible: true, savesData: false, battery: null, globalPrivacyControl: false }),
    listen: () => () => {},
  },
  silence: 60_000,
}

const CLICKED = ['item-0', 'item-1', 'item-2', 'item-3']

const filesOf = (scripts: readonly Profiler.ScriptCoverage[]) =>
  scripts
    .filter(({ url }) => url.includes(`${SRC}/`) && !url.includes('.test.ts'))
    .filter(({ functions }) =>
      functions.some(({ functionName, ranges }) => functionName !== '' && ranges[0].count > 0),
    )
    .map(({ url }) => url.slice(url.indexOf(SRC) + SRC.length + 1))

test('from a click to the new list, no more files run than a newcomer can read', async () => {
  const { fetch } = new TestServer(await testModelFiles('1'))
  const thread = deviceInPage({
    ...workerEnvironment,
    fetch,
    chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
  })
  const personalizer = await createPersonalizer(
    {
      catalog: testCatalog,
      baseModel: TEST_MODEL_URL,
      worker: () => thread as Worker,
      engine: 'js',
      database: 'one-click',
      persist: 'always',
      // Batch strategy: no automatic fit runs in between.
      strategy: 'batch',
    },
    environment,
  )
  let first: string | undefined
  let lists = 0
  personalizer.watch({ kind: 'recommend', options: { limit: 8 } }, (answer) => {
    if ('items' in answer) first = answer.items[0]?.id
    lists++
  })
  await vi.waitFor(() => expect(first).toBe('item-31'))
  await personalizer.capture({ name: 'view_item', item_id: 'item-9' })
  await vi.waitFor(() => expect(first).toBe('item-13'))

  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true })
  // Other work of a device, such as its first check of its engines, may run during one click, but not during all.
  const clicks: string[][] = []
  for (const clicked of CLICKED) {
    const before = lists
    await session.post('Profiler.takePreciseCoverage')
    await personalizer.capture({ name: 'add_to_cart', item_id: clicked })
    await vi.waitFor(() => expect(lists).toBeGreaterThan(before))
    clicks.push(filesOf((await session.post('Profiler.takePreciseCoverage')).result))
  }
  session.disconnect()
  personalizer.close()

  const files = clicks.reduce((least, some) => (some.length < least.length ? some : least))
  expect(files).toContain('browser/storage/indexedDb.ts')
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(MOST_FILES)
})
