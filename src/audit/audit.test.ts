import { fixedEntry } from '@nearside/browser/ledger/checkpoint.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { fixtures, runSelftest } from '@nearside/research/selftest/selftest.ts'
import { rechain, signed } from '@nearside/research/selftest/tamper.ts'
import {
  createAggregators,
  type Exported,
  reachedBy,
  VirtualDevice,
} from '@nearside/research/selftest/virtualDevice.ts'
import { describe, expect, test } from 'vitest'
import { parseBundle } from './bundle.ts'
import { parseReached } from './checkpoints.ts'
import { explain } from './explain.ts'
import type { Check } from './finding.ts'
import { parseReleases } from './releases.ts'
import { type Audit, type VerifyOptions, verifyBundle } from './verify.ts'

const aggregators = await createAggregators()
const device = (seed: number) => new VirtualDevice(aggregators, createRandom(seed))
const verify = ({ text }: Pick<Exported, 'text'>, options?: VerifyOptions) =>
  verifyBundle(parseBundle(text), options)

/** A device that learned, sent updates with consent, and got a receipt from the leader. */
async function contributor(seed = 1): Promise<VirtualDevice> {
  const one = device(seed)
  await one.look()
  await one.fit()
  await one.agree()
  for (let tries = 0; tries < 9; tries++) await one.send()
  return one
}

describe('a bundle of an honest device', () => {
  test('a bundle of an honest device passes: reports are recomputed to the bit, and fits and receipts are checked', async () => {
    const audit = await verify(await (await contributor()).export())
    expect(audit.faults).toEqual([])
    expect(audit).toMatchObject({ ok: true, consents: true, fits: 1 })
    expect(audit.remade).toBeGreaterThan(0)
    expect(audit.remade).toBe(audit.reports)
    expect(audit.receipts).toBeGreaterThan(0)
    expect(audit.bytesSent).toBe(10_924 * audit.uploads)
    expect(audit.key).toMatch(/^[\w+/]{43}=$/)
  })

  test('a bundle of an honest device passes after an erasure, which keeps the spent budget and ends the consent', async () => {
    const one = await contributor()
    const before = await verify(await one.export())
    await one.erase()
    const after = await verify(await one.export())
    expect(after).toMatchObject({ ok: true, consents: false, reports: 0, remade: 0, fits: 0 })
    expect(after.uploads).toBe(before.uploads)
    expect(after.epsilon).toBe(before.epsilon)
    expect(after.key).toBe(before.key)
  })

  test('a bundle of an honest device passes after old entries were summarised and events forgotten, and the audit notes what is missing', async () => {
    const one = await contributor()
    await one.fold()
    await one.look()
    await one.forget()
    const audit = await verify(await one.export())
    expect(audit.faults).toEqual([])
    expect(audit.remade).toBe(0)
    expect(audit.notes.join(' ')).toMatch(/forgotten since/)
  })
})

describe('the helper’s list of models', () => {
  const manifest = (letter: string) => letter.repeat(64)
  const listed = (...releases: readonly (readonly [number, string])[]) =>
    parseReleases(
      JSON.stringify({
        releases: releases.map(([release, letter]) => ({ release, manifest: manifest(letter) })),
      }),
    )
  const ALL = listed([9, 'd'], [7, 'c'], [4, 'b'], [3, 'a'])

  test('the helper’s list of models confirms the device’s models; the audit notes how many models the list can’t confirm', async () => {
    const one = device(1)
    await one.adopt(manifest('f'))
    await one.adopt(manifest('e'), 2)
    await one.adopt(manifest('b'), 4)
    await one.adopt(manifest('c'), 7)
    const audit = await verify(await one.export(), { releases: ALL })
    expect(audit).toMatchObject({ ok: true, faults: [], models: 2 })
    expect(audit.notes).toEqual([expect.stringMatching(/^2 models /)])
  })

  test.each([
    ['another model under its number', listed([7, 'a'], [4, 'b']), [1]],
    ['no model under its number', listed([9, 'd'], [4, 'b'], [3, 'a']), [1]],
    ['other models under all numbers', listed([7, 'a'], [4, 'a']), [0, 1]],
  ])(
    'the helper’s list of models exposes a model that was made for one device: %s',
    async (_, releases, entries) => {
      const one = device(1)
      await one.adopt(manifest('b'), 4)
      await one.adopt(manifest('c'), 7)
      const { faults } = await verify(await one.export(), { releases })
      expect(faults.map(({ check, entry }) => [check, entry])).toEqual(
        entries.map((entry) => ['release', entry]),
      )
    },
  )

  test('a malformed list of models is refused', () => {
    for (const value of [null, {}, { releases: [{ release: 0, manifest: manifest('a') }] }])
      expect(() => parseReleases(JSON.stringify(value))).toThrow(
        expect.objectContaining({ code: 'input-invalid' }),
      )
  })
})

describe('an earlier export', () => {
  test('an earlier export distinguishes a continued log from a log that was remade or truncated', async () => {
    const one = await contributor()
    const [before, key] = [parseBundle((await one.export()).text), (await one.export()).signer.key]
    await one.look()
    const later = await one.export()
    expect((await verify(later, { earlier: before, key })).ok).toBe(true)
    const checks = async (text: string, earlier = before) =>
      (await verify({ text }, { earlier, key })).faults.map(({ check }) => check)
    const anew = await (await contributor(2)).export()
    expect(new Set(await checks(anew.text))).toEqual(new Set(['key', 'earlier']))
    expect(await checks(JSON.stringify(before), parseBundle(later.text))).toEqual(['earlier'])
    await one.erase()
    expect(await checks((await one.export()).text, parseBundle(later.text))).toEqual([])
  })
})

describe('the helper’s lists of reports', () => {
  const DAY = 86_400_000

  /**
   * Creates a device and two aggregators, lets the device send `arrived` reports, and returns its export with the
   * helper's lists of these reports.
   */
  async function witnessed(arrived = 3) {
    const own = await createAggregators()
    const one = new VirtualDevice(own, createRandom(6))
    await one.agree()
    await one.fit()
    const sendUntil = async (count: number) => {
      while (own.arrived.size < count) {
        one.wait(7 * DAY)
        await one.send()
      }
    }
    await sendUntil(arrived)
    const exported = await one.export()
    const bundle = parseBundle(exported.text)
    const lists = (closed = bundle.exported - 1) => reachedBy(own, closed)
    return { own, one, sendUntil, exported, bundle, lists, signer: exported.signer }
  }

  const checksOf = async (text: string, reached: VerifyOptions['reached']) =>
    (await verify({ text }, { reached })).faults.map(({ check }) => check)

  test('the helper’s lists of reports contain each report of an honest log, and none that the log lacks', async () => {
    const { exported, lists } = await witnessed()
    const reached = await lists()
    const audit = await verify(exported, { reached })
    expect(audit.faults).toEqual([])
    expect(audit.fixed).toBe(audit.reports)
    expect(audit.witnessed).toBe(reached.length)
  })

  test('the helper’s lists of reports expose a truncated log that was signed with the device’s key', async () => {
    const { bundle, lists, signer } = await witnessed()
    const last = bundle.ledger.indexOf(fixedEntry(bundle.ledger) as LedgerEntry)
    const end = bundle.ledger.slice(-1)
    const cut = await signed({ bundle, signer }, [...bundle.ledger.slice(0, last), ...end])
    expect(await checksOf(cut, undefined)).toEqual([])
    expect(await checksOf(cut, await lists())).toEqual(['checkpoint'])
    // A log cut before its first report is exposed, too: that report's id derives from an entry that is still there.
    const first = bundle.ledger.findIndex(({ kind }) => kind === 'upload')
    const none = await signed({ bundle, signer }, [...bundle.ledger.slice(0, first), ...end])
    expect(await checksOf(none, await lists())).toEqual(['checkpoint'])
  })

  test('the helper’s lists of reports expose a log that was remade with the device’s key and secret', async () => {
    const { bundle, lists, signer } = await witnessed()
    const { openings, ...settings } = bundle.settings
    const [first, ...rest] = bundle.ledger
    const earlier = { ...first, time: first.time - 1 }
    const ledger = await rechain([earlier, ...rest], signer, settings.checkpoints)
    const anew = await signed({ bundle, signer }, ledger, { settings })
    expect(await checksOf(anew, undefined)).toEqual([])
    expect(new Set(await checksOf(anew, await lists()))).toEqual(new Set(['checkpoint']))
  })

  const idsIn = ({ arrived }: Awaited<ReturnType<typeof createAggregators>>) =>
    [...arrived.values()].flatMap((ids) => [...ids])

  test.each(['restored', 'copied'])(
    'the helper’s lists of reports expose a storage that was %s, so that its budget was spent twice',
    async (how) => {
      const { own, one, sendUntil } = await witnessed(1)
      const before = one.copy()
      await sendUntil(3)
      const known = idsIn(own)
      // The copy continues from the state in which it was made, and sends in other rounds than the original.
      before.wait(99 * DAY, 10)
      for (let tries = 0; tries < 20 && idsIn(own).length === known.length; tries++)
        await before.send()
      const ids = idsIn(own)
      expect(ids).toHaveLength(known.length + 1)
      expect(new Set(ids).size).toBe(ids.length)
      const { text } = await (how === 'copied' ? one : before).export()
      expect(await checksOf(text, undefined)).toEqual([])
      const { exported } = parseBundle(text)
      // The ids of two reports derive from one log entry: a fault, whether the round ended before the export or after.
      for (const closed of [exported - 1, exported + 1])
        expect(await checksOf(text, await reachedBy(own, closed))).toEqual(['checkpoint'])
    },
  )

  test('a browser’s storage and all its copies together get one report per round into the helper’s lists', async () => {
    const { own, one } = await witnessed(1)
    const copies = [1, 2, 3, 4].map(() => one.copy())
    const known = idsIn(own)
    for (const copy of copies) {
      copy.wait(9 * DAY, 10)
      for (let tries = 0; tries < 3; tries++) await copy.send(0)
    }
    expect(idsIn(own)).toHaveLength(known.length + 1)
  })

  test('a listed report that was sent after the export is noted, and is no fault', async () => {
    const { exported, sendUntil, bundle, lists } = await witnessed(2)
    await sendUntil(3)
    const audit = await verify(exported, { reached: await lists(bundle.exported + 1) })
    expect(audit.faults).toEqual([])
    expect(audit.notes.join(' ')).toMatch(/Another report was sent in round \d+, which ended after/)
  })

  test('the helper’s lists are rejected without the helper’s signature', async () => {
    const { exported, lists } = await witnessed()
    const [first, ...rest] = await lists()
    const other = await reachedBy(await createAggregators(), 0)
    expect(other).toEqual([])
    const changed = { ...first, closed: first.closed + 1 }
    expect(await checksOf(exported.text, [changed, ...rest])).toEqual(['checkpoint'])
    expect(() => parseReached(JSON.stringify({ ...first, round: 0 }))).toThrow(
      expect.objectContaining({ code: 'input-invalid' }),
    )
  })
})

/** The check that must find each change. A change may fail further checks, too. */
const FOUND_BY: Readonly<Record<string, Check>> = {
  'an entry dropped': 'chain',
  'the end cut off': 'end',
  'the beginning cut off': 'chain',
  'another bundle’s content': 'end',
  'an entry changed, all hashes made anew': 'chain',
  'all hashes made anew, no signatures': 'signatures',
  'signed by another key, and the auditor knows this one’s': 'key',
  'an upload without consent': 'consent',
  'what came before a report changed': 'checkpoint',
  'the end cut off, and signed': 'checkpoint',
  'made anew throughout, and signed': 'checkpoint',
  'an update beyond the clip norm': 'norm',
  'ε understated': 'epsilon',
  'less noise than was agreed to': 'epsilon',
  'a round of fewer people': 'epsilon',
  'a receipt for other bytes': 'receipt',
  'a report from another update': 'report',
  'a report with another seed': 'report',
  'fewer bytes than were sent': 'report',
  'another policy': 'report',
  'another personal model': 'fit',
  'a budget that forgot': 'settings',
  'an upload to another address': 'consent',
  'an upload to another operator': 'consent',
  'a consent to a larger crowd': 'settings',
  'other words of a consent': 'settings',
}

describe('a bundle that was changed', () => {
  test('a bundle that was changed fails the check that covers the change', async () => {
    const seen = new Set<string>()
    for await (const { tampered } of fixtures(50, 5)) {
      const { kind, text, options } = tampered
      const check = FOUND_BY[kind]
      if (!check) continue
      let audit: Audit
      try {
        audit = await verify({ text }, options)
      } catch {
        continue
      }
      seen.add(kind)
      // A report that was sent twice must be the same both times; otherwise the check `upload` fails.
      const twice = audit.faults.some(({ message }) => message.includes('sent again'))
      expect([kind, audit.faults.map((fault) => fault.check)]).toEqual([
        kind,
        expect.arrayContaining([twice ? 'upload' : check]),
      ])
    }
    expect([...seen].sort()).toEqual(Object.keys(FOUND_BY).sort())
  })

  test('the selftest finds every changed bundle, and no fault in unchanged bundles', async () => {
    const { tampered, found, clean, falseAlarms } = await runSelftest(50, 9, () => {})
    expect({ tampered, found, clean, falseAlarms }).toEqual({
      tampered: 50,
      found: 50,
      clean: 50,
      falseAlarms: 0,
    })
  })

  test.each(['', '{', 'null', '[]', '{"format":1}', '{"format":2}'])(
    'a malformed file is refused: %s',
    (text) => {
      expect(() => parseBundle(text)).toThrow(/bundle/)
    },
  )
})

test('explain says what left the device, what the shopper agreed to, and what the audit doesn’t prove', async () => {
  const one = await contributor()
  const said = async () => {
    const { text } = await one.export()
    return explain(parseBundle(text), await verify({ text })).join('\n')
  }
  const before = await said()
  expect(before).toContain('Each update in the log has a consent before it.')
  expect(before).toMatch(
    /agreed to send updates to Shop \(https:..leader.example\) and Trust Centre/,
  )
  expect(before).toMatch(/at most \d\d times in 100/)
  expect(before).toContain('A shop could serve other code')
  await one.fold()
  expect(await said()).toContain('To send updates, before the oldest entry')
  await one.erase()
  const after = await said()
  expect(after).toContain('No events.')
  expect(after).toContain('updates may not be sent')
})
