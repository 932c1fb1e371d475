/**
 * @module Tests to which person an event belongs if the worker dies while persons are switched. A whole page and its
 * worker's code run in Node.
 */
import 'fake-indexeddb/auto'
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { expect, onTestFinished, test } from 'vitest'
import type { Thread, ToWorker } from '../messages.ts'
import { NOBODY } from '../profiles.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { createPersonalizer } from './createPersonalizer.ts'
import type { PageEnvironment } from './page.ts'

const { fetch } = new TestServer(await testModelFiles('1'))
let databases = 0

/** A page whose worker can lose messages and die. */
async function openPage() {
  const threads: Thread[] = []
  const sent: (ToWorker & { readonly kind: 'call' })[] = []
  let loses = (_: ToWorker) => false
  const worker = (): Worker => {
    const thread = deviceInPage({
      ...workerEnvironment,
      fetch,
      chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
      timers: { set: () => 0, clear: () => {} },
    })
    const isFirst = threads.length === 0
    const { postMessage } = thread
    thread.postMessage = (message) => {
      if (message.kind === 'call') sent.push(message)
      if (!isFirst || !loses(message)) postMessage(message)
    }
    threads.push(thread)
    return thread as Worker
  }
  const environment: PageEnvironment = {
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    conditions: {
      read: () => ({ visible: true, savesData: false, battery: null, globalPrivacyControl: false }),
      listen: () => () => {},
    },
    silence: 60_000,
    database: `person-${databases++}`,
  }
  const personalizer = await createPersonalizer(
    { catalog: testCatalog, baseModel: TEST_MODEL_URL, worker, engine: 'js', persist: 'always' },
    environment,
  )
  onTestFinished(() => personalizer.close())
  const look = (item_id: string) => personalizer.capture({ name: 'view_item', item_id })
  return {
    personalizer,
    look,
    sent,
    /** From this call on, the worker gets no message that `which` matches. */
    lose(which: typeof loses) {
      loses = which
    },
    die: () => threads[0].onerror?.({ message: 'died' } as ErrorEvent),
    items: async () => (await personalizer.events()).flatMap(({ items }) => items),
  }
}

const isCapture = (message: ToWorker) => message.kind === 'call' && message.name === 'capture'

test('a view captured with the profile `nobody` is never stored, even if the worker dies after the switch back', async () => {
  const { personalizer, look, lose, die, items } = await openPage()
  await look('item-1')
  await personalizer.profiles.switch(NOBODY)
  lose(isCapture)
  const unanswered = look('item-7')
  await personalizer.profiles.switch('me')
  die()
  expect(await unanswered).toBeNull()
  expect(await items()).toEqual(['item-1'])
})

test('a view is stored by a new worker for the person for whom it was captured', async () => {
  const { personalizer, look, lose, die, items } = await openPage()
  const id = await personalizer.profiles.add('Grandma')
  lose((message) => isCapture(message) || (message.kind === 'call' && message.name === 'profiles'))
  const mine = look('item-1')
  const switched = personalizer.profiles.switch(id)
  const theirs = look('item-2')
  die()
  await Promise.all([mine, switched, theirs])
  expect(await items()).toEqual(['item-2'])
  await personalizer.profiles.switch('me')
  expect(await items()).toEqual(['item-1'])
})

test('events belong to the person in use after a refused switch, a removal and another page’s switch', async () => {
  const { personalizer, look, sent, items } = await openPage()
  const personOf = async () => {
    await look('item-3')
    const last = sent.findLast(isCapture)
    return last?.name === 'capture' ? last.args[0].person : undefined
  }
  const id = await personalizer.profiles.add('Grandma')
  await personalizer.profiles.switch(id)
  await personalizer.profiles.switch('unknown').catch(() => undefined)
  expect(await personOf()).toBe(id)
  const removed = personalizer.profiles.remove(id)
  expect(await personOf()).toBe('me')
  await removed
  await waitFor(async () => expect(await items()).toEqual(['item-3']))
})
