/**
 * @module Tests which signed base models a device accepts, which it refuses, and which model is in use after a refusal.
 */

import { utf8 } from '@nearside/core/bytes.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import type { TestServer } from '@nearside/core/model/testShop.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, test } from 'vitest'
import { newKey, signedBy, type TestKey } from '../learning/testRelease.ts'
import { faultyFactory } from '../storage/testDatabases.ts'
import {
  ids,
  newDatabase,
  start,
  type TestDevice,
  testModelFiles,
  testServer,
} from './testDevice.ts'

const [shop, helper, stranger] = await Promise.all([newKey(), newKey(), newKey()])
const KEYS = { modelKeys: { publishers: [shop.key], helper: helper.key } }
const BOTH = [shop, helper]
const MODELS_ORDER = ['item-31', 'item-30']
const SHOPS_ORDER = ['item-0', 'item-1']

interface Made {
  readonly version?: string
  readonly release: number
  readonly seed?: number
  readonly by?: readonly TestKey[]
  readonly days?: number
  readonly issued?: number
}

/** Files of a server that has published this release. */
async function published({ version = '1', release, seed, by = BOTH, days = 90, issued }: Made) {
  const files = await testModelFiles(version, seed)
  const latest: LatestModel = JSON.parse(new TextDecoder().decode(files.get('latest.json')))
  const from = issued ?? Date.now()
  const terms = { release, issued: from, expires: from + days * DAY }
  return files.set('latest.json', utf8(JSON.stringify(await signedBy(latest, terms, ...by))))
}

async function serving(made: Made): Promise<TestServer> {
  const server = await testServer()
  server.files = await published(made)
  return server
}

const codes = ({ device }: TestDevice) => device.snapshot().notices.map(({ code }) => code)
const version = ({ device }: TestDevice) => device.snapshot().model?.version
const list = async ({ device }: TestDevice) => ids(await device.recommend({ limit: 2 }))
const change = (bytes: Uint8Array | undefined) => {
  if (!bytes) throw new Error('no such file')
  bytes[bytes.length >> 1] ^= 1
}

test('a model release signed with all keys is adopted, and the device’s log names the release', async () => {
  const tested = await start(await serving({ release: 7 }), newDatabase(), {}, KEYS)
  expect(await list(tested)).toEqual(MODELS_ORDER)
  expect(tested.device.snapshot().model?.signed).toMatchObject({ release: 7, byHelper: true })
  const entry = (await tested.device.entries()).find(({ kind }) => kind === 'model')
  expect(entry?.detail).toMatchObject({ version: '1', release: 7 })
  expect(codes(tested)).toEqual([])
})

test('if the shop names no keys, signatures are ignored and not shown', async () => {
  const tested = await start(await serving({ release: 7, by: [stranger] }), newDatabase())
  expect(await list(tested)).toEqual(MODELS_ORDER)
  expect(tested.device.snapshot().model?.signed).toBeNull()
})

test.each([
  ['an older model', { version: '2', seed: 99, release: 6 }],
  ['a model made for this device alone', { version: '2', seed: 99, release: 7 }],
  ['an expired release', { version: '2', seed: 99, release: 8, issued: 0 }],
  ['an unsigned release', { version: '2', seed: 99, release: 8, by: [] }],
])('if the shop names no keys, the device accepts %s from the server', async (_, made) => {
  const server = await serving({ release: 7 })
  const tested = await start(server, newDatabase())
  server.files = await published(made)
  expect(await tested.device.checkForUpdate()).toEqual({ adopted: true, version: '2' })
})

describe('a first visit without a valid model shows lists in the catalog’s sequence', () => {
  test.each([
    ['unsigned', { release: 1, by: [] }, 'model-unsigned'],
    ['signed with other keys', { release: 1, by: [stranger, helper] }, 'model-unsigned'],
    ['not signed by the helper', { release: 1, by: [shop] }, 'model-unsigned'],
    ['expired', { release: 1, issued: Date.now() - 99 * DAY }, 'model-expired'],
  ])(
    'a first visit shows lists in the catalog’s sequence if the model is %s',
    async (_, made, code) => {
      const tested = await start(await serving(made), newDatabase(), {}, KEYS)
      expect(await list(tested)).toEqual(SHOPS_ORDER)
      expect(tested.device.snapshot().model).toBeNull()
      expect(codes(tested)).toEqual([code])
    },
  )

  test('a first visit shows lists in the catalog’s sequence if the shop’s keys are invalid', async () => {
    const modelKeys = { publishers: ['mine'] }
    const tested = await start(await serving({ release: 1 }), newDatabase(), {}, { modelKeys })
    expect(await list(tested)).toEqual(SHOPS_ORDER)
    expect(codes(tested)).toEqual(['input-invalid'])
  })
})

describe('a refused release never replaces the last good one', () => {
  const other = { version: '2', seed: 99 }
  test.each([
    ['an older release', { ...other, release: 6 }, 'model-rolled-back'],
    ['another model under the same number', { ...other, release: 7 }, 'model-forked'],
    ['an expired release', { ...other, release: 8, days: 10, issued: 0 }, 'model-expired'],
    ['signed with another key', { ...other, release: 8, by: [stranger, helper] }, 'model-unsigned'],
    ['not signed by the helper', { ...other, release: 8, by: [shop] }, 'model-unsigned'],
    ['unsigned', { ...other, release: 8, by: [] }, 'model-unsigned'],
  ])('a refused release never replaces the last good one: %s', async (_, made, code) => {
    const server = await serving({ release: 7 })
    const database = newDatabase()
    const tested = await start(server, database, {}, KEYS)
    server.files = await published(made)
    await expect(tested.device.checkForUpdate()).rejects.toMatchObject({ code })
    expect(version(tested)).toBe('1')
    await tested.device.close()
    const again = await start(server, database, {}, KEYS)
    expect(await list(again)).toEqual(MODELS_ORDER)
    await expect(again.device.checkForUpdate()).rejects.toMatchObject({ code })
    expect(version(again)).toBe('1')
  })

  test('a manifest that differs from the signed manifest never replaces the last good model', async () => {
    const server = await serving({ release: 7 })
    const tested = await start(server, newDatabase(), {}, KEYS)
    server.files = await published({ ...other, release: 8 })
    change(server.files.get('2/manifest.json'))
    await expect(tested.device.checkForUpdate()).rejects.toMatchObject({ code: 'model-corrupt' })
    expect(version(tested)).toBe('1')
    // The device has now seen release 8, so it refuses release 7.
    server.files = await published({ ...other, release: 7 })
    await expect(tested.device.checkForUpdate()).rejects.toMatchObject({
      code: 'model-rolled-back',
    })
  })
})

test('an earlier model is adopted if it is signed as a later release', async () => {
  const server = await serving({ release: 7, version: '2', seed: 99 })
  const tested = await start(server, newDatabase(), {}, KEYS)
  server.files = await published({ release: 8, version: '3' })
  expect(await tested.device.checkForUpdate()).toEqual({ adopted: true, version: '3' })
})

test('for a later release of the same model, the device downloads only the manifest and stores the new release', async () => {
  const server = await serving({ release: 7, days: 90 })
  const database = newDatabase()
  const tested = await start(server, database, {}, KEYS)
  server.files = await published({ release: 8, days: 200 })
  server.requests.length = 0
  expect(await tested.device.checkForUpdate()).toEqual({ adopted: false, version: '1' })
  expect(server.requests.map(({ url }) => url.split('/models/')[1])).toEqual([
    'latest.json',
    '1/manifest.json',
  ])
  expect(tested.device.snapshot().model?.signed?.release).toBe(8)
  await tested.device.close()
  server.online = false
  const again = await start(server, database, {}, KEYS)
  expect(again.device.snapshot().model?.signed?.release).toBe(8)
})

test('after an erasure the device still refuses an older release', async () => {
  const server = await serving({ release: 7 })
  const database = newDatabase()
  const tested = await start(server, database, {}, KEYS)
  await tested.device.erase()
  await tested.device.close()
  server.files = await published({ release: 6, version: '2', seed: 99 })
  const again = await start(server, database, {}, KEYS)
  await expect(again.device.checkForUpdate()).rejects.toMatchObject({ code: 'model-rolled-back' })
})

test('a model that expires stays in use, and the expiry is reported', async () => {
  const server = await serving({ release: 7, days: 30 })
  const database = newDatabase()
  await (await start(server, database, {}, KEYS)).device.close()
  const now = () => Date.now() + 40 * DAY
  const again = await start(server, database, { now }, KEYS)
  expect(await list(again)).toEqual(MODELS_ORDER)
  // Fires the timer of the automatic check soon after the start.
  await expect
    .poll(() => {
      again.timers.fire(1000)
      return codes(again)
    })
    .toEqual(['model-expired'])
  expect(await list(again)).toEqual(MODELS_ORDER)
})

test('a device whose clock was set back does not accept an older release again', async () => {
  const server = await serving({ release: 7 })
  const database = newDatabase()
  await (await start(server, database, {}, KEYS)).device.close()
  server.files = await published({ release: 6, issued: Date.now() - 400 * DAY })
  const now = () => Date.now() - 399 * DAY
  const again = await start(server, database, { now }, KEYS)
  await expect(again.device.checkForUpdate()).rejects.toMatchObject({ code: 'model-rolled-back' })
})

test('if the release number can’t be stored, this tab still remembers it, and a notice reports the failure', async () => {
  const indexedDb = () =>
    faultyFactory((tables, mode) =>
      mode === 'readwrite' && tables.includes('downloads') ? 'QuotaExceededError' : null,
    )
  const server = await serving({ release: 7 })
  const tested = await start(server, newDatabase(), { indexedDb }, KEYS)
  expect(await list(tested)).toEqual(MODELS_ORDER)
  expect(codes(tested)).toContain('storage-unavailable')
  server.files = await published({ release: 6, version: '2', seed: 99 })
  await expect(tested.device.checkForUpdate()).rejects.toMatchObject({ code: 'model-rolled-back' })
})

test('once the shop names signing keys, an unsigned model stored earlier is no longer used', async () => {
  const server = await testServer()
  const database = newDatabase()
  await (await start(server, database)).device.close()
  const tested = await start(server, database, {}, KEYS)
  expect(await list(tested)).toEqual(SHOPS_ORDER)
  server.files = await published({ release: 1 })
  expect((await tested.device.checkForUpdate()).adopted).toBe(true)
})

test('with new keys, releases signed with old keys are neither used nor compared with new releases', async () => {
  const server = await serving({ release: 700 })
  const database = newDatabase()
  await (await start(server, database, {}, KEYS)).device.close()
  server.files = await published({ release: 1, by: [stranger] })
  const modelKeys = { publishers: [stranger.key] }
  const tested = await start(server, database, {}, { modelKeys })
  expect(await list(tested)).toEqual(MODELS_ORDER)
  expect(tested.device.snapshot().model?.signed).toMatchObject({ release: 1, byHelper: false })
})

test('the content of latest.json that the page passes is checked like the server’s', async () => {
  const server = await serving({ release: 7 })
  const said = JSON.parse(new TextDecoder().decode(server.files.get('latest.json')))
  const unsigned = { version: said.version, manifest: said.manifest }
  for (const [latest, isAsked] of [
    [said, false],
    [unsigned, true],
  ] as const) {
    server.requests.length = 0
    const tested = await start(server, newDatabase(), {}, { ...KEYS, latest })
    expect(await list(tested)).toEqual(MODELS_ORDER)
    expect(server.requests.some(({ url }) => url.endsWith('latest.json'))).toBe(isAsked)
  }
})
