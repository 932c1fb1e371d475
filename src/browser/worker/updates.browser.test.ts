/** @module Tests which tab checks for a newer base model, and how often. */

import { type TestServer, testCatalog } from '@nearside/core/model/testShop.ts'
import { expect, test } from 'vitest'
import type { Environment } from './services.ts'
import { live, newDatabase, openDevice, start, type TestDevice, testServer } from './testDevice.ts'

const MINUTES = 60_000
const SHOWN = { visible: true, savesData: false, battery: null, globalPrivacyControl: false }
const HIDDEN = { ...SHOWN, visible: false }

const looks = (server: TestServer) =>
  server.requests.filter(({ url }) => url.endsWith('/latest.json')).length

/** Fires all timers and lets their tasks run. */
async function pass(tested: TestDevice): Promise<void> {
  tested.timers.fire(Number.POSITIVE_INFINITY)
  // Wait until the update check has released its lock.
  await tested.device.verify()
  await navigator.locks.request(`nearside:${tested.database}:update`, () => undefined)
}

test('if the leader (the tab that works for all tabs) is hidden, another tab still checks for updates', async () => {
  const server = await testServer()
  const database = newDatabase()
  let time = Date.now()
  const now = () => time
  const first = await start(server, database, { now }, { conditions: HIDDEN })
  await expect.poll(() => first.device.snapshot().tab).toBe('leader')
  const second = await start(server, database, { now })
  const before = looks(server)
  time += 6 * MINUTES
  await pass(first)
  expect(looks(server)).toBe(before)
  await pass(second)
  expect(second.device.snapshot().tab).toBe('follower')
  expect(looks(server)).toBe(before + 1)
})

test('an offline tab does not check for updates, and checks as soon as it is online again', async () => {
  const server = await testServer()
  const database = newDatabase()
  let time = Date.now()
  const now = () => time
  const OFFLINE = { ...SHOWN, offline: true }
  const tab = await start(server, database, { now }, { conditions: OFFLINE })
  expect(server.requests).toEqual([])
  time += 6 * MINUTES
  await pass(tab)
  await tab.device.conditions({ ...OFFLINE, battery: 0.5 })
  await pass(tab)
  expect(server.requests).toEqual([])
  await tab.device.conditions(SHOWN)
  await pass(tab)
  expect(looks(server)).toBe(1)
})

test('tabs and page loads together check for updates once in five minutes', async () => {
  const server = await testServer()
  const database = newDatabase()
  let time = Date.now()
  const now = () => time
  const first = await start(server, database, { now })
  expect(looks(server)).toBe(1)
  const second = await start(server, database, { now })
  // The last check was less than a minute ago, so the second page doesn't check.
  await pass(second)
  expect(looks(server)).toBe(1)
  time += 5 * MINUTES
  for (const tab of [first, second, first]) await pass(tab)
  expect(looks(server)).toBe(2)
  time += 2 * MINUTES
  // The page is shown again more than a minute after the last check, so it checks again.
  await first.device.conditions(HIDDEN)
  await first.device.conditions(SHOWN)
  await pass(first)
  expect(looks(server)).toBe(3)
  const third = await openDevice(server, database, { now })
  await pass(third)
  await third.device.close()
  expect(looks(server)).toBe(3)
  // A requested check always runs.
  await second.device.checkForUpdate()
  expect(looks(server)).toBe(4)
})

test('after a check that finds no update, the next fit reuses the candidate search of the last fit', async () => {
  const server = await testServer()
  let made = 0
  const onDemand: Environment['onDemand'] = async () => {
    const code = await import('./onDemand.ts')
    return {
      ...code,
      createFastCandidates(model) {
        made++
        return code.createFastCandidates(model)
      },
    }
  }
  // The catalog contains a product that the model lacks.
  const catalog = [...testCatalog, { id: 'new', category: 'mugs' }]
  const tested = await start(server, newDatabase(), { onDemand }, { catalog })
  await live(tested)
  await tested.device.fineTune({})
  await tested.device.checkForUpdate()
  await tested.device.fineTune({})
  expect(made).toBe(1)
})

test('a clock that was set back does not stop checks for updates', async () => {
  const server = await testServer()
  let time = Date.now()
  const tested = await start(server, newDatabase(), { now: () => time })
  time -= 365 * 24 * 60 * MINUTES
  await pass(tested)
  expect(looks(server)).toBe(2)
})
