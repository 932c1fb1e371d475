/** @module Tests that the second verifier, `tools/verify.py`, gives the same verdict on each file as the first. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createWorkIssuer } from '@nearside/aggregate/server/testTokens.ts'
import { fixedEntry } from '@nearside/browser/ledger/checkpoint.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { isTokenRequest } from '@nearside/browser/ledger/removed.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { firstSays, inOrder, openSecond } from '@nearside/research/selftest/bothVerifiers.ts'
import { type Fixture, fixtures } from '@nearside/research/selftest/selftest.ts'
import { signed } from '@nearside/research/selftest/tamper.ts'
import {
  createAggregators,
  reachedBy,
  VirtualDevice,
} from '@nearside/research/selftest/virtualDevice.ts'
import { describe, expect, test } from 'vitest'
import { type Bundle, MalformedBundle, parseBundle } from './bundle.ts'
import { type VerifyOptions, verifyBundle } from './verify.ts'

const SCRIPT = fileURLToPath(new URL('../../tools/verify.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0

/** Number of fixtures, one for each kind of change. */
const FIXTURES = 28
const SEED = 11

async function first({ text, options }: Pick<Fixture, 'text' | 'options'>) {
  try {
    const { ok, faults, epsilon, epsilonZeroOut, reports, remade, fits } = await verifyBundle(
      parseBundle(text),
      options,
    )
    return { ok, faults: inOrder(faults), epsilon, epsilonZeroOut, reports, remade, fits }
  } catch (error) {
    if (!(error instanceof MalformedBundle)) throw error
    return { ok: false, faults: inOrder(error.faults) }
  }
}

type Answer = Awaited<ReturnType<typeof first>>

const withoutEpsilon = (said: Answer) => ({ ...said, epsilon: 0, epsilonZeroOut: 0 })

function expectSameEpsilon(other: Answer, mine: Answer): void {
  for (const form of ['epsilon', 'epsilonZeroOut'] as const)
    if (mine[form] !== undefined) expect(other[form]).toBeCloseTo(mine[form], 9)
  // The total ε by substitution is never below the total by zero-out.
  expect(mine.epsilon ?? 0).toBeGreaterThanOrEqual(mine.epsilonZeroOut ?? 0)
}

function second(paths: readonly string[], { key, reached = [] }: VerifyOptions = {}): Answer[] {
  const folder = testFolder()
  const lists = reached.map((list) => {
    const file = join(folder, `${list.round}.json`)
    writeFileSync(file, JSON.stringify(list))
    return file
  })
  const asked = [...(key ? ['--key', key] : []), ...(lists.length ? ['--reports', ...lists] : [])]
  const args = [SCRIPT, '--json', ...paths, ...asked]
  const { stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return said.map((one) => ({ ...one, faults: inOrder(one.faults) }))
}

type Change = (text: string) => string
const withEvent =
  (json: string): Change =>
  (text) =>
    text.replace('"events":[]', `"events":[${json}]`)
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** The same bytes in base64, with an unused bit set. */
function respelled(all: string, letter: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return digits[digits.indexOf(letter) + 1] + all.slice(1)
}

function edited(at: number, change: (entry: LedgerEntry) => object): Change {
  return (text) => {
    const bundle = JSON.parse(text)
    Object.assign(bundle.ledger[at], change(bundle.ledger[at]))
    return JSON.stringify(bundle)
  }
}

/** Malformed files, some of them signed after the change, and the verdict that both verifiers must give. */
const MALFORMED: readonly (readonly [string, string | Uint8Array | Change, string])[] = [
  ['nothing', '', 'format, null'],
  ['a byte order mark', (text) => `\ufeff${text}`, 'format, null'],
  ['not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'format, null'],
  ['half of it', (text) => text.slice(0, text.length / 2), 'format, null'],
  ['a name twice', (text) => text.replace('"format":', '"format":2,"format":'), 'format, null'],
  ['a name twice, once escaped', (text) => text.replace('{', '{"\\u0073alt":"",'), 'format, null'],
  ['NaN', (text) => text.replace(/"logged":\d+/, '"logged":NaN'), 'format, null'],
  ['Infinity', (text) => text.replace(/"logged":\d+/, '"logged":-Infinity'), 'format, null'],
  ['a huge number', withEvent('1e999'), 'format, null'],
  ['400 digits', withEvent('9'.repeat(400)), 'format, null'],
  ['half a surrogate pair', withEvent('"\\ud800"'), 'format, null'],
  ['900 arrays', withEvent(nested(900)), 'format, null'],
  ['20,000 arrays', withEvent(nested(20_000)), 'format, null'],
  ['62 arrays', withEvent(nested(62)), 'end, 3'],
  ['63 arrays', withEvent(nested(63)), 'format, null'],
  ['a salt in another spelling', (text) => text.replace(/(.)=("}|",)/, respelled), 'format, null'],
  ['a surplus field of the bundle', (text) => text.replace('{', '{"toString":1,'), 'format, null'],
  ['true for 1', edited(1, ({ detail }) => ({ detail: { ...detail, orders: true } })), 'format, 1'],
  ['a surplus field of an entry', edited(1, () => ({ more: 1 })), 'format, 1'],
  ['a surplus fact', edited(1, ({ detail }) => ({ detail: { ...detail, '': 1 } })), 'format, 1'],
  ['a missing fact', edited(1, () => ({ detail: {} })), 'format, 1'],
  ['an unknown kind', edited(1, () => ({ kind: 'constructor' })), 'format, 1'],
  [
    'a key for which anybody can sign',
    edited(0, () => ({ key: `AQ${'A'.repeat(41)}=` })),
    'format, 0',
  ],
  ['a sequence that is a text', edited(1, () => ({ sequence: '1' })), 'format, null'],
]
const RESIGNED: readonly (readonly [string, number, (entry: LedgerEntry) => object, string])[] = [
  ['a day earlier', 1, ({ time }) => ({ time: time - 86_400_000 }), ''],
  ['earlier', 1, ({ time }) => ({ time: time - 86_400_001 }), 'time, 1'],
  ['before 1970', 1, () => ({ time: -1 }), 'format, 1'],
  ['a year ahead', 2, ({ time }) => ({ time: time + 365 * 86_400_000 }), 'time, 2|time, 3'],
  ['the export itself ahead', 3, ({ time }) => ({ time: time + 86_400_001 }), 'time, 3'],
]

const isOfModel = ({ detail }: LedgerEntry) => detail.purpose === 'model'

/** A log with consent, orders from the shop, a model, and the export. */
async function shortBundle() {
  const device = new VirtualDevice(await createAggregators(), createRandom(SEED))
  await device.agree()
  await device.takeOrders(1)
  await device.adopt('a'.repeat(64))
  return device.export()
}

describe.skipIf(!hasPython)('the verifier in Python (skipped without python3)', () => {
  test('both verifiers agree on each fault of clean and changed bundles', async () => {
    const folder = testFolder()
    const files: (Fixture & { readonly path: string })[] = []
    for await (const { clean, tampered } of fixtures(FIXTURES, SEED))
      for (const fixture of [clean, tampered]) {
        const path = join(folder, `${files.length}.json`)
        writeFileSync(path, fixture.text)
        files.push({ ...fixture, path })
      }
    const isPlain = ({ options: { key, reached } }: Fixture) => !key && !reached
    const plain = files.filter(isPlain)
    const said = second(plain.map(({ path }) => path))
    const others = files.filter((file) => !isPlain(file))
    const saidOfOthers = others.flatMap(({ path, options }) => second([path], options))
    let remade = 0
    for (const [i, file] of [...plain, ...others].entries()) {
      const [mine, other] = [await first(file), [...said, ...saidOfOthers][i]]
      expect([file.kind, withoutEpsilon(other)]).toEqual([file.kind, withoutEpsilon(mine)])
      expectSameEpsilon(other, mine)
      remade += mine.remade ?? 0
    }
    expect(remade).toBeGreaterThan(10)
    // This time limit is generous for busy machines.
  }, 900_000)

  test('both verifiers name the same check and entry for each malformed file, and never crash', async () => {
    const { text, signer } = await shortBundle()
    const python = openSecond(SCRIPT)
    const saysOfBoth = async (file: string | Uint8Array) => [
      (await firstSays(file)).join('|'),
      (await python.says(typeof file === 'string' ? utf8(file) : file)).join('|'),
    ]
    expect(await saysOfBoth(text)).toEqual(['', ''])
    for (const [name, change, said] of MALFORMED) {
      const file = typeof change === 'function' ? change(text) : change
      expect(file, name).not.toBe(text)
      expect([name, ...(await saysOfBoth(file))]).toEqual([name, said, said])
    }
    const bundle = JSON.parse(text) as Bundle
    for (const [name, at, change, said] of RESIGNED) {
      const entry = { ...bundle.ledger[at], ...change(bundle.ledger[at]) }
      const file = await signed({ bundle, signer }, bundle.ledger.with(at, entry))
      expect([name, ...(await saysOfBoth(file))]).toEqual([name, said, said])
    }
    python.close()
  })

  test('both verifiers find a request through an undeclared relay', async () => {
    const device = new VirtualDevice(await createAggregators({ relayed: true }), createRandom(SEED))
    await device.agree()
    await device.fetch()
    for (let i = 0; i < 3; i++) await device.send()
    const { text, signer } = await device.export()
    const bundle = parseBundle(text)
    const python = openSecond(SCRIPT)
    const saysOfBoth = async (file: string) => [
      await firstSays(file),
      await python.says(utf8(file)),
    ]
    expect(await saysOfBoth(text)).toEqual([[], []])
    const carried = (purpose: string) =>
      bundle.ledger.findIndex(({ detail }) => detail.purpose === purpose && detail.relay)
    const [at, plain] = [carried('policy'), bundle.ledger.findIndex(isOfModel)]
    expect(at).toBeGreaterThan(0)
    const lieOf = (place: number, relay: string, more: object = {}) => {
      const detail = { ...bundle.ledger[place].detail, relay, ...more }
      return signed(
        { bundle, signer },
        bundle.ledger.with(place, { ...bundle.ledger[place], detail }),
      )
    }
    for (const place of [at, plain])
      for (const relay of ['https://evil.example/', 'https://relay.example/more']) {
        const { sequence } = bundle.ledger[place]
        // A relayed request needs `sealed`. The model's request lacks it, so adding a relay there is two faults.
        const said = [`request, ${sequence}`, ...(place === plain ? [`upload, ${sequence}`] : [])]
        expect(await saysOfBoth(await lieOf(place, relay))).toEqual([said, said])
      }
    const size = [`upload, ${bundle.ledger[at].sequence}`]
    expect(await saysOfBoth(await lieOf(at, 'https://relay.example/', { sealed: 0 }))).toEqual([
      size,
      size,
    ])
    // An entry with count 0 logs only an answer; an earlier entry counts the request.
    for (const bytesSent of [0, 1]) {
      const detail = { ...bundle.ledger[at].detail, count: 0 }
      const none = { ...bundle.ledger[at], detail, bytesSent }
      const file = await signed({ bundle, signer }, bundle.ledger.with(at, none))
      const said = bytesSent === 0 ? [] : size
      expect(await saysOfBoth(file)).toEqual([said, said])
    }
    const upload = bundle.ledger.findIndex(({ kind }) => kind === 'upload')
    const unsealed = { sealed: bundle.ledger[upload].bytesSent }
    const [first, second] = await saysOfBoth(
      await lieOf(upload, 'https://relay.example/', unsealed),
    )
    expect(first).toContain(`upload, ${bundle.ledger[upload].sequence}`)
    expect(second).toEqual(first)
    const [mine, other] = await saysOfBoth(await lieOf(upload, 'https://evil.example/'))
    expect(mine).toContain(`request, ${bundle.ledger[upload].sequence}`)
    expect(other).toEqual(mine)
    python.close()
  })

  test('both verifiers refuse the same malformed options', async () => {
    const { text } = await shortBundle()
    const python = openSecond(SCRIPT)
    const manifest = 'a'.repeat(64)
    const release = (one: object) =>
      JSON.stringify({ releases: [{ release: 1, manifest, ...one }] })
    for (const list of [
      ...['', '[]', '{}', 'null', '2', '"releases"', '{"releases":{}}', '{"releases":[[]]}'],
      ...['{"releases":[],"releases":[]}', release({ release: 0 }), release({ release: 1.5 })],
      ...[release({ release: '1' }), release({ release: true }), release({ manifest: 'a' })],
      ...[release({ manifest: manifest.toUpperCase() }), release({ release: 2 ** 53 })],
    ])
      for (const beside of [
        { releases: utf8(list) },
        { earlier: utf8(list) },
        { reports: [utf8(list)] },
      ]) {
        const said = [await firstSays(text, beside), await python.says(utf8(text), beside)]
        expect([list, ...said]).toEqual([list, ['option, null'], ['option, null']])
      }
    python.close()
    const [bundle, list] = ['bundle.json', 'list.json'].map((name) => join(testFolder(), name))
    writeFileSync(bundle, text)
    writeFileSync(list, '[]')
    const args = [SCRIPT, '--json', '--releases', list, bundle]
    const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' })
    expect([status, stdout, stderr.trim().split('\n').length]).toEqual([1, '', 1])
  })

  test('both verifiers find a request to an undeclared address', async () => {
    const device = new VirtualDevice(await createAggregators(), createRandom(SEED))
    await device.agree()
    await device.fetch()
    await device.send()
    await device.erase()
    await device.fetch()
    const { text, signer } = await device.export()
    const bundle = parseBundle(text)
    const at = bundle.ledger.findIndex(({ kind }) => kind === 'request')
    const python = openSecond(SCRIPT)
    expect([await firstSays(text), await python.says(utf8(text))]).toEqual([[], []])
    for (const url of [
      'https://evil.example/',
      'https://shop.example.evil.example/models/latest.json',
    ]) {
      const detail = { ...bundle.ledger[at].detail, url }
      const lie = bundle.ledger.with(at, { ...bundle.ledger[at], detail })
      const file = await signed({ bundle, signer }, lie)
      const said = [`request, ${bundle.ledger[at].sequence}`]
      expect([await firstSays(file), await python.says(utf8(file))]).toEqual([said, said])
    }
    python.close()
  })

  test('both verifiers compare models with the helper’s list in the same way', async () => {
    const one = new VirtualDevice(await createAggregators(), createRandom(SEED))
    for (const release of [3, 5, 8]) await one.adopt(String(release).repeat(64), release)
    const { text } = await one.export()
    const folder = testFolder()
    const [bundle, list] = [join(folder, 'bundle.json'), join(folder, 'list.json')]
    writeFileSync(bundle, text)
    const faultsOf: (readonly unknown[])[] = []
    for (const known of [[8, 5, 3], [8, 3], [8, 4], [5, 3], []]) {
      const all = known.map((release) => ({ release, manifest: String(release).repeat(64) }))
      if (all.length === 3) all[1].manifest = 'a'.repeat(64)
      writeFileSync(list, JSON.stringify({ releases: all }))
      const args = [SCRIPT, '--json', '--releases', list, bundle]
      const { stdout } = spawnSync('python3', args, { encoding: 'utf8' })
      const { faults } = await verifyBundle(parseBundle(text), { releases: all })
      expect(inOrder(JSON.parse(stdout).faults)).toEqual(inOrder(faults))
      faultsOf.push(faults)
    }
    expect(faultsOf.map(({ length }) => length)).toEqual([1, 1, 1, 1, 0])
  })

  test('both verifiers compare reports with the helper’s lists in the same way', async () => {
    const aggregators = await createAggregators()
    const one = new VirtualDevice(aggregators, createRandom(SEED))
    await one.agree()
    while (aggregators.arrived.size < 2) {
      one.wait(30 * 86_400_000)
      await one.send()
    }
    const { text, signer } = await one.export()
    const bundle = parseBundle(text)
    const last = bundle.ledger.indexOf(fixedEntry(bundle.ledger) as LedgerEntry)
    const kept = [...bundle.ledger.slice(0, last), ...bundle.ledger.slice(-1)]
    const cut = await signed({ bundle, signer }, kept)
    const [older, newer] = await reachedBy(aggregators, bundle.exported - 1)
    const file = join(testFolder(), 'bundle.json')
    const checks: string[] = []
    for (const [content, reached] of [
      [text, [older, newer]],
      [cut, [older, newer]],
      [text, [older, { ...newer, marks: older.marks }]],
      [cut, [{ ...older, closed: 0 }, newer]],
      [cut, await reachedBy(aggregators, bundle.exported + 1)],
    ] as const) {
      writeFileSync(file, content)
      const [said] = second([file], { reached })
      const { faults } = await verifyBundle(parseBundle(content), { reached })
      expect(said?.faults).toEqual(inOrder(faults))
      checks.push(faults.map(({ check }) => check).join(' '))
    }
    expect(checks[0]).toBe('')
    expect(checks.slice(1, 4).every((said) => said.includes('checkpoint'))).toBe(true)
    expect(checks[4]).toBe('')
  })

  test('the second verifier says “ok” of a signed bundle, and only “agrees with itself” of an unsigned one', async () => {
    const [signed, unsigned] = ['a.json', 'b.json'].map((name) => join(testFolder(), name))
    for await (const { clean, tampered } of fixtures(20, SEED)) {
      if (tampered.kind !== 'all hashes made anew, no signatures') continue
      writeFileSync(signed, clean.text)
      writeFileSync(unsigned, tampered.text)
    }
    const say = (path: string) =>
      spawnSync('python3', [SCRIPT, '--allow-unsigned', path], { encoding: 'utf8' }).stdout
    expect(say(signed)).toMatch(/: ok; \d+ entries/)
    expect(say(unsigned)).toContain(': unsigned: it agrees with itself, and shows no more; ')
  })

  test('both verifiers accept a demonstration’s ε only under a consent to a demonstration', async () => {
    const device = new VirtualDevice(
      await createAggregators({ demonstration: true }),
      createRandom(SEED),
    )
    await device.agree()
    for (let i = 0; i < 12; i++) {
      device.wait(3_600_000)
      await device.send()
    }
    const { text } = await device.export()
    const path = join(testFolder(), 'bundle.json')
    writeFileSync(path, text)
    const [one, [other]] = [await first({ text, options: {} }), second([path])]
    // ε of four reports in a year, by substitution and by zero-out, as other implementations computed it.
    expect(one).toMatchObject({ ok: true, reports: 4 })
    expect(one.epsilon).toBeCloseTo(26.4, 1)
    expect(one.epsilonZeroOut).toBeCloseTo(11, 1)
    expect(withoutEpsilon(other)).toEqual(withoutEpsilon(one))
    expectSameEpsilon(other, one)
    const real = text.replaceAll('"demonstration":true,', '')
    expect(real).not.toBe(text)
    writeFileSync(path, real)
    const changed = [await first({ text: real, options: {} }), second([path])[0]]
    for (const { faults } of changed)
      expect(faults).toContainEqual(expect.stringMatching(/^epsilon, /))
    expect(changed[1].faults).toEqual(changed[0].faults)
  })

  test('both verifiers accept reports that came with tokens, and check the token requests', async () => {
    const { signer } = await createWorkIssuer()
    const device = new VirtualDevice(
      await createAggregators({ tokens: signer }),
      createRandom(SEED),
    )
    await device.agree()
    for (let i = 0; i < 4; i++) await device.send()
    const { text, signer: logKey } = await device.export()
    const one = await first({ text, options: {} })
    expect(one).toMatchObject({ ok: true })
    expect(one?.remade).toBeGreaterThan(0)
    expect(text).toContain('"purpose":"token"')
    const path = join(testFolder(), 'bundle.json')
    writeFileSync(path, text)
    const [other] = second([path])
    expect(withoutEpsilon(other)).toEqual(withoutEpsilon(one))
    expectSameEpsilon(other, one)

    const bundle = parseBundle(text)
    const at = bundle.ledger.findIndex(isTokenRequest)
    for (const bytesSent of [0, bundle.ledger[at].bytesSent + 1]) {
      const lied = bundle.ledger.with(at, { ...bundle.ledger[at], bytesSent })
      const lie = await signed({ bundle, signer: logKey }, lied)
      writeFileSync(path, lie)
      const faults = [`upload, ${bundle.ledger[at].sequence}`]
      expect(await first({ text: lie, options: {} })).toMatchObject({ faults })
      expect(second([path])).toMatchObject([{ faults }])
    }
  })
})
