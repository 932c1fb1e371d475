/**
 * @module Limits what one click runs: the number of project files between `capture` and the new list (V8's coverage),
 * and the number of functions between `capture` and the store's `put` (V8's asynchronous stack traces).
 */
import 'fake-indexeddb/auto'
import { console as inspected, type Profiler, type Runtime } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { expect, onTestFinished, test } from 'vitest'
import type { Thread } from '../messages.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { createPersonalizer } from './createPersonalizer.ts'
import type { PageEnvironment } from './page.ts'

const SRC = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Maximum number of the project's files that one click may run. */
const MOST_FILES = 45

/** Upper limit of named functions between the page's `capture` and the store's `put`. */
const MOST_HOPS = 6

const environment: PageEnvironment = {
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  conditions: {
    read: () => ({ visible: true, savesData: false, battery: null, globalPrivacyControl: false }),
    listen: () => () => {},
  },
  silence: 60_000,
}

const isOurs = ({ url }: { readonly url: string }) =>
  url.includes(`${SRC}/`) && !url.includes('.test.ts') && !/\/test[A-Z]/.test(url)

const fileOf = ({ url }: { readonly url: string }) => url.slice(url.indexOf(SRC) + SRC.length + 1)

const filesOf = (scripts: readonly Profiler.ScriptCoverage[]) =>
  scripts
    .filter(isOurs)
    .filter(({ functions }) =>
      functions.some(({ functionName, ranges }) => functionName !== '' && ranges[0].count > 0),
    )
    .map(fileOf)

/**
 * Functions of the project on an asynchronous stack, outermost first, each once. A callback without a name counts with
 * the function that contains it.
 */
function functionsOn(stack: Runtime.StackTrace | undefined): readonly string[] {
  const found = new Set<string>()
  for (let part = stack; part; part = part.parent)
    for (const frame of part.callFrames)
      if (isOurs(frame) && frame.functionName !== '')
        found.add(`${fileOf(frame)} ${frame.functionName}`)
  return [...found].reverse()
}

/** Opens a shop whose worker code runs in Node, with one watched list. */
async function openShop(database: string, wrap: (thread: Thread) => Thread = (thread) => thread) {
  const { fetch } = new TestServer(await testModelFiles('1'))
  const thread = deviceInPage({
    ...workerEnvironment,
    fetch,
    chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
    // Without timers, no automatic fit and no check for updates runs during the test.
    timers: { set: () => 0, clear: () => {} },
  })
  const personalizer = await createPersonalizer(
    {
      catalog: testCatalog,
      baseModel: TEST_MODEL_URL,
      worker: () => wrap(thread) as Worker,
      engine: 'js',
      persist: 'always',
    },
    { ...environment, database },
  )
  onTestFinished(() => personalizer.close())
  const list: { first?: string; revision: number } = { revision: 0 }
  personalizer.watch({ kind: 'recommend', options: { limit: 8 } }, (answer) => {
    if ('items' in answer) list.first = answer.items[0]?.id
    list.revision++
  })
  await waitFor(() => expect(list.first).toBe('item-31'))
  await personalizer.capture({ name: 'view_item', item_id: 'item-9' })
  await waitFor(() => expect(list.first).toBe('item-13'))
  // Wait for the last log entry that a start writes. Without timers, no further entry follows.
  await waitFor(async () =>
    expect((await personalizer.audit.entries()).map(({ kind }) => kind)).toContain('model'),
  )
  return { personalizer, list }
}

function inspect(): Session {
  const session = new Session()
  session.connect()
  onTestFinished(() => session.disconnect())
  return session
}

test('between a click and its new list, at most as many files run as a newcomer can read', async () => {
  const { personalizer, list } = await openShop('one-click-files')
  const session = inspect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true })
  // Unrelated work of the worker can run during one click, but hardly during every click, so keep only files that ran
  // in all of them.
  const clicks: string[][] = []
  for (const clicked of ['item-0', 'item-1', 'item-2', 'item-3']) {
    const before = list.revision
    await session.post('Profiler.takePreciseCoverage')
    await personalizer.capture({ name: 'add_to_cart', item_id: clicked })
    await waitFor(() => expect(list.revision).toBeGreaterThan(before))
    clicks.push(filesOf((await session.post('Profiler.takePreciseCoverage')).result))
  }
  const files = clicks.reduce((common, some) => common.filter((file) => some.includes(file)))
  expect(files).toContain('browser/storage/indexedDb.ts')
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(MOST_FILES)
})

test('a click passes through few functions until it is stored', async () => {
  let traced = false
  const trace = (what: string) => traced && inspected?.trace(what)
  const { personalizer } = await openShop('one-click-hops', (thread) => {
    const post = thread.postMessage
    thread.postMessage = (message) => {
      trace('posted')
      post(message)
    }
    return thread
  })
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (...given) {
    if (this.name === 'events') trace('put')
    return put.apply(this, given)
  }
  onTestFinished(() => {
    IDBObjectStore.prototype.put = put
  })
  const session = inspect()
  const stacks = new Map<unknown, Runtime.StackTrace | undefined>()
  session.on('Runtime.consoleAPICalled', ({ params: { args, stackTrace } }) => {
    stacks.set(args[0].value, stackTrace)
  })
  await session.post('Runtime.enable')
  await session.post('Debugger.enable')
  await session.post('Debugger.setAsyncCallStackDepth', { maxDepth: 64 })
  traced = true
  await personalizer.capture({ name: 'add_to_cart', item_id: 'item-7' })
  traced = false
  const [captured, ...inPage] = functionsOn(stacks.get('posted'))
  const inWorker = functionsOn(stacks.get('put'))
  // The stack traces are complete if their first and last functions are the expected ones.
  expect(captured).toBe('browser/page/page.ts capture')
  expect(inWorker[0]).toBe('browser/worker/serve.ts scope.onmessage')
  expect(inWorker.at(-1)).toMatch(/^browser\/storage\//)
  const hops = [...inPage, ...inWorker]
  expect(hops.length, hops.join('\n')).toBeLessThanOrEqual(MOST_HOPS)
})
