import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, test } from 'vitest'
import { checkRelease, type ModelKeys, readModelKeys, requireSigned } from './release.ts'
import { newKey, signedBy, type TestKey } from './testRelease.ts'

const NOW = Date.UTC(2026, 5, 1)
const [shop, second, helper, stranger] = await Promise.all([newKey(), newKey(), newKey(), newKey()])
const KEYS: ModelKeys = { publishers: [shop.key] }
const TWO: ModelKeys = { publishers: [shop.key, second.key], threshold: 2 }
const HELPED: ModelKeys = { publishers: [shop.key], helper: helper.key }

const model = (letter: string): LatestModel => ({ version: letter, manifest: letter.repeat(64) })

const made = (release: number, letter = 'a', by: readonly TestKey[] = [shop], days = 90) =>
  signedBy(model(letter), { release, issued: NOW, expires: NOW + days * DAY }, ...by)

async function outcome(
  latest: LatestModel,
  keys = KEYS,
  newest: LatestModel | null = null,
  now = NOW,
): Promise<string> {
  return checkRelease(latest, keys, newest, now).then(
    () => 'taken',
    (error) => error.code,
  )
}

describe('the signature check', () => {
  test.each([
    ['by the shop’s key', KEYS, [shop], 'taken'],
    ['by nobody', KEYS, [], 'model-unsigned'],
    ['by another key', KEYS, [stranger], 'model-unsigned'],
    ['by the shop’s key and another key', KEYS, [stranger, shop], 'taken'],
    [
      'by one of two keys, where one signature suffices',
      { publishers: TWO.publishers },
      [second],
      'taken',
    ],
    ['by both of two keys', TWO, [shop, second], 'taken'],
    ['by one of two keys', TWO, [shop], 'model-unsigned'],
    ['twice by one of two keys', TWO, [second, second], 'model-unsigned'],
    ['by one of two keys and an unknown key', TWO, [shop, stranger], 'model-unsigned'],
    ['by shop and helper', HELPED, [shop, helper], 'taken'],
    ['by the shop, not by the helper', HELPED, [shop], 'model-unsigned'],
    ['by the shop, and an unknown key for the helper', HELPED, [shop, stranger], 'model-unsigned'],
    ['by the helper alone', HELPED, [helper], 'model-unsigned'],
  ])('a model signed %s', async (_, keys, by, expected) => {
    expect(await outcome(await made(1, 'a', by), keys)).toBe(expected)
  })

  test('a model without signatures is refused', async () => {
    expect(await outcome(model('a'))).toBe('model-unsigned')
    await expect(requireSigned(model('a'), KEYS)).rejects.toThrow('0 of the 1 signatures')
  })

  test('a change in any signed field is refused', async () => {
    const latest = await made(3)
    const { signed } = latest
    if (!signed) throw new Error('unsigned')
    const changes: readonly LatestModel[] = [
      { ...latest, version: 'b' },
      { ...latest, manifest: 'b'.repeat(64) },
      { ...latest, signed: { ...signed, release: 4 } },
      { ...latest, signed: { ...signed, issued: NOW + 1 } },
      { ...latest, signed: { ...signed, expires: signed.expires + 1 } },
      { ...latest, signed: { ...signed, signatures: [{ key: shop.key, signature: 'x' }] } },
    ]
    for (const changed of changes) expect(await outcome(changed)).toBe('model-unsigned')
  })
})

describe('after release 7 was seen', () => {
  test.each([
    ['a later release', 8, 'b', 'taken'],
    ['a release after a gap in the numbers', 70, 'b', 'taken'],
    ['the same release again', 7, 'a', 'taken'],
    ['an older release', 6, 'b', 'model-rolled-back'],
    ['the same number for another model', 7, 'b', 'model-forked'],
    ['an earlier model as a later release', 8, 'a', 'taken'],
  ])(
    'after release 7 was seen, %s (release %s, model %s): %s',
    async (_, release, letter, expected) => {
      expect(await outcome(await made(release, letter), KEYS, await made(7))).toBe(expected)
    },
  )
})

describe('the expiry of a release', () => {
  test.each([
    ['before it', 89, 'taken'],
    ['by a clock that is ahead by less than a day', 90.9, 'taken'],
    ['after it', 91.1, 'model-expired'],
    ['by a clock that was set back by years', -3000, 'taken'],
  ])('expiry of a release: %s: on day %s the release is %s', async (_, days, expected) => {
    expect(await outcome(await made(1), KEYS, null, NOW + days * DAY)).toBe(expected)
  })

  test('a release expires even if the clock is set back to before the newest signature', async () => {
    const short = await made(7, 'a', [shop], 10)
    const terms = { release: 7, issued: NOW + 60 * DAY, expires: NOW + 70 * DAY }
    const later = await signedBy(model('a'), terms, shop)
    expect(await outcome(short, KEYS, null, NOW - 365 * DAY)).toBe('taken')
    expect(await outcome(short, KEYS, later, NOW - 365 * DAY)).toBe('model-expired')
  })

  test('the error of an expired release names the release’s last day', async () => {
    await expect(checkRelease(await made(2), KEYS, null, NOW + 100 * DAY)).rejects.toThrow(
      'release 2) ended on 2026-08-30',
    )
  })
})

test.each([
  ['no list of publishers', {}],
  ['an empty list of publishers', { publishers: [] }],
  ['a malformed key', { publishers: ['a key'] }],
  ['a repeated key', { publishers: [shop.key, shop.key], threshold: 2 }],
  ['the helper among the publishers', { publishers: [shop.key], helper: shop.key }],
  ['a threshold above the number of keys', { publishers: [shop.key], threshold: 2 }],
  ['a threshold below one', { publishers: [shop.key], threshold: 0 }],
])('invalid model keys are refused: %s', (_, given) => {
  expect(() => readModelKeys(given)).toThrow(expect.objectContaining({ code: 'input-invalid' }))
})

test('valid model keys are accepted', () => {
  for (const keys of [KEYS, TWO, HELPED]) expect(readModelKeys(keys)).toEqual(keys)
})
