/** @module Tests which rules files a device accepts if the shop names keys, and which rules apply after a refusal. */

import { utf8 } from '@nearside/core/bytes.ts'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { rulesRelease } from '@nearside/core/model/release.ts'
import { TEST_MODEL_URL, type TestServer } from '@nearside/core/model/testShop.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { DAY } from '@nearside/core/time.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { newKey, signedBy, signedRules, type TestKey } from '../learning/testRelease.ts'
import { newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const RULES_URL = `${TEST_MODEL_URL}rules.json`
const [shop, second, stranger] = await Promise.all([newKey(), newKey(), newKey()])
const CONFIG = { rules: RULES_URL, modelKeys: { publishers: [shop.key] } }

const pin = (id: string): Rule => ({ name: id, pin: [id] })
const NOW = Date.now()
const terms = (release: number, days = 90, issued = NOW) => ({
  ...{ release, issued, expires: issued + days * DAY },
})
const signed = (release: number, id: string, ...by: readonly TestKey[]) =>
  signedRules({ rules: [pin(id)] }, terms(release), ...by)

let server: TestServer
beforeEach(async () => {
  server = await testServer()
  const latest = JSON.parse(new TextDecoder().decode(server.files.get('latest.json')))
  const release = await signedBy(latest, terms(1), shop, second)
  server.files.set('latest.json', utf8(JSON.stringify(release)))
})
const put = (content: unknown) => server.files.set('rules.json', utf8(JSON.stringify(content)))
const pins = async ({ device }: TestDevice) => (await device.rules()).map(({ name }) => name).join()
const codes = ({ device }: TestDevice) => device.snapshot().notices.map(({ code }) => code)

test('rules that the shop’s key signed apply, in whatever order their file has its fields, and newer signed rules replace them', async () => {
  const { rules, signed: signature } = await signed(5, 'item-2', shop)
  put({ signed: signature, rules })
  const tested = await start(server, newDatabase(), {}, CONFIG)
  expect(await pins(tested)).toBe('item-2')
  put(await signed(6, 'item-3', stranger, shop))
  await tested.device.checkForUpdate()
  expect(await pins(tested)).toBe('item-3')
  expect(codes(tested)).toEqual([])
})

test('rules need no signature if the shop names no keys or the page passes the rules itself', async () => {
  put({ rules: [pin('item-2')] })
  const { modelKeys } = CONFIG
  expect(await pins(await start(server, newDatabase(), {}, { rules: RULES_URL }))).toBe('item-2')
  const passed = await start(server, newDatabase(), {}, { modelKeys, rules: [pin('item-4')] })
  expect(await pins(passed)).toBe('item-4')
})

describe('a rules file that the device refuses', () => {
  const good = () => signed(5, 'item-2', shop)
  const bad: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['without a signature', async () => ({ rules: [pin('item-9')] })],
    ['that is an array', async () => [pin('item-9')]],
    ['signed by a stranger', () => signed(6, 'item-9', stranger)],
    ['changed after signing', async () => ({ ...(await good()), rules: [pin('item-9')] })],
    ['with a further field', async () => ({ ...(await good()), owner: 'x' })],
    [
      'with a later release number than the signed one',
      async () => {
        const { signed, ...said } = await good()
        return { ...said, signed: { ...signed, release: 7 } }
      },
    ],
    ['older than the last', () => signed(4, 'item-9', shop)],
    ['that differs from the last with the same release number', () => signed(5, 'item-9', shop)],
    [
      'that expired',
      () => signedRules({ rules: [pin('item-9')] }, terms(6, 1, NOW - 9 * DAY), shop),
    ],
    [
      'whose signature is malformed',
      async () => ({ rules: [pin('item-9')], signed: { release: 6 } }),
    ],
    ['with the signature of a model', modelSignature],
  ]

  /** Rules with a signature that the shop's key made for a base model of the same version and hash. */
  async function modelSignature() {
    const content = { rules: [pin('item-9')] }
    const { of: _, ...model } = await rulesRelease(content, parseLatest)
    return { ...content, signed: (await signedBy(model, terms(6), shop)).signed }
  }

  test.each(bad)(
    'a rules file %s is refused with a notice, and the last good rules stay',
    async (_, make) => {
      put(await good())
      const database = newDatabase()
      const tested = await start(server, database, {}, CONFIG)
      put(await make())
      await tested.device.checkForUpdate()
      expect(await pins(tested)).toBe('item-2')
      expect(codes(tested)).toEqual(['rules-invalid'])
      await tested.device.close()
      // The next visit reads the last good rules from the disk, not the refused file.
      const again = await start(server, database, {}, CONFIG)
      expect(await pins(again)).toBe('item-2')
    },
  )

  test.each(bad.filter(([name]) => !name.includes('last')))(
    'on a first visit, a rules file %s is not used',
    async (_, make) => {
      put(await make())
      const tested = await start(server, newDatabase(), {}, CONFIG)
      expect(await pins(tested)).toBe('')
      expect(codes(tested)).toEqual(['rules-invalid'])
      put(await good())
      await tested.device.checkForUpdate()
      expect(await pins(tested)).toBe('item-2')
    },
  )
})

test('a tab refuses a rules file that is older than the file that another tab has stored', async () => {
  const database = newDatabase()
  put(await signed(5, 'item-2', shop))
  const first = await start(server, database, {}, CONFIG)
  put(await signed(7, 'item-3', shop))
  const tab = await start(server, database, {}, CONFIG)
  await tab.device.checkForUpdate()
  expect(await pins(tab)).toBe('item-3')
  put(await signed(6, 'item-4', shop))
  await first.device.checkForUpdate()
  expect(await pins(first)).not.toBe('item-4')
})

test('stored rules stay after they expire, but not under keys that did not sign them', async () => {
  const database = newDatabase()
  put(await signedRules({ rules: [pin('item-2')] }, terms(5, 2, NOW - DAY), shop))
  const first = await start(server, database, {}, CONFIG)
  expect(await pins(first)).toBe('item-2')
  await first.device.close()
  const now = () => NOW + 30 * DAY
  const later = await start(server, database, { now }, CONFIG)
  expect(await pins(later)).toBe('item-2')
  // The server still has the same file, so that only the clock shows that it expired.
  await later.device.checkForUpdate()
  expect(await pins(later)).toBe('item-2')
  expect(codes(later)).toEqual(['rules-invalid'])
  put(await signedRules({ rules: [pin('item-2')] }, terms(6, 2, now()), shop))
  await later.device.checkForUpdate()
  expect(codes(later)).toEqual(['rules-invalid'])
  await later.device.close()
  const modelKeys = { publishers: [second.key] }
  const rekeyed = await start(server, database, {}, { ...CONFIG, modelKeys })
  expect(await pins(rekeyed)).toBe('')
})

test('rules that are unchanged and have not expired give no notice', async () => {
  put(await signed(5, 'item-2', shop))
  const tested = await start(server, newDatabase(), {}, CONFIG)
  const { revision } = tested.device.snapshot()
  await tested.device.checkForUpdate()
  expect(codes(tested)).toEqual([])
  expect(tested.device.snapshot().revision).toBe(revision)
})

test('newer rules reach open lists even if the model’s release has expired', async () => {
  put(await signed(5, 'item-2', shop))
  let days = 0
  const now = () => NOW + days * DAY
  const tested = await start(server, newDatabase(), { now }, CONFIG)
  const { revision } = tested.device.snapshot()
  days = 95
  put(await signedRules({ rules: [pin('item-3')] }, terms(6, 90, now()), shop))
  const code = 'model-expired'
  await expect(tested.device.checkForUpdate()).rejects.toMatchObject({ code })
  expect(await pins(tested)).toBe('item-3')
  expect(tested.device.snapshot().revision).toBeGreaterThan(revision)
})

test('with a threshold, rules need as many signatures as models do, but never one of the helper (an aggregation server)', async () => {
  const modelKeys = { publishers: [shop.key, second.key], threshold: 2 }
  put(await signed(5, 'item-2', shop))
  const tested = await start(server, newDatabase(), {}, { ...CONFIG, modelKeys })
  expect(await pins(tested)).toBe('')
  put(await signed(6, 'item-3', shop, second))
  await tested.device.checkForUpdate()
  expect(await pins(tested)).toBe('item-3')
  const helped = { publishers: [shop.key], helper: second.key }
  const withHelper = await start(server, newDatabase(), {}, { ...CONFIG, modelKeys: helped })
  put(await signed(7, 'item-4', shop))
  await withHelper.device.checkForUpdate()
  expect(await pins(withHelper)).toBe('item-4')
})
