/** @module The second verifier, `tools/verify.py`, says of each file what the first one says. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createWorkIssuer } from '../aggregate/server/testTokens.ts'
import { createRandom } from '../core/model/random.ts'
import { fixedEntry } from '../device/ledger/checkpoint.ts'
import type { LedgerEntry } from '../device/ledger/entry.ts'
import { isTokenRequest } from '../device/ledger/removed.ts'
import { testFolder } from '../testFolder.ts'
import { parseBundle } from './bundle.ts'
import { type Fixture, fixtures } from './selftest/selftest.ts'
import { signed } from './selftest/tamper.ts'
import { createAggregators, reachedBy, VirtualDevice } from './selftest/virtualDevice.ts'
import { type VerifyOptions, verifyBundle } from './verify.ts'

const SCRIPT = fileURLToPath(new URL('../../tools/verify.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0

/** Each kind of change twice. */
const FIXTURES = 56
const SEED = 11

interface Said {
  readonly ok: boolean
  readonly faults: readonly { readonly check: string; readonly entry: number | null }[]
  readonly epsilon: number
  readonly reports: number
  readonly remade: number
  readonly fits: number
}

/** Null: no bundle. */
async function first({ text, options }: Fixture): Promise<Said | null> {
  try {
    const { ok, faults, epsilon, reports, remade, fits } = await verifyBundle(
      parseBundle(text),
      options,
    )
    return { ok, faults: inOrder(faults), epsilon, reports, remade, fits }
  } catch {
    return null
  }
}

/** What each says of a fault in words is its own. */
function inOrder(faults: Said['faults']): Said['faults'] {
  const keys = faults.map(({ check, entry }) => JSON.stringify({ check, entry }))
  return [...new Set(keys)].sort().map((key) => JSON.parse(key))
}

function second(
  paths: readonly string[],
  { key, reached = [] }: VerifyOptions = {},
): (Said | null)[] {
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
  return said.map((one) => ('error' in one ? null : { ...one, faults: inOrder(one.faults) }))
}

describe.skipIf(!hasPython)('the verifier in Python (skipped where there is no python3)', () => {
  test('agrees on clean bundles and on changed ones, fault by fault', async () => {
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
      expect([file.kind, other && { ...other, epsilon: 0 }]).toEqual([
        file.kind,
        mine && { ...mine, epsilon: 0 },
      ])
      if (mine && Number.isFinite(mine.epsilon)) expect(other?.epsilon).toBeCloseTo(mine.epsilon, 9)
      remade += mine?.remade ?? 0
    }
    expect(remade).toBeGreaterThan(20)
    // Long on a busy machine, which decides nothing.
  }, 900_000)

  test('compares models with the helper’s list as the first one does', async () => {
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

  test('compares reports with the helper’s lists as the first one does', async () => {
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
      [text, [older, { ...newer, ids: older.ids }]],
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

  test('says “ok” of what is signed, and of what isn’t no more than that it agrees with itself', async () => {
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

  test('takes reports that came with tokens, and the policy that asks for them', async () => {
    const { signer } = await createWorkIssuer()
    const device = new VirtualDevice(await createAggregators(signer), createRandom(SEED))
    await device.agree()
    for (let i = 0; i < 4; i++) await device.send()
    const { text, signer: logKey } = await device.export()
    const one = await first({ text, options: {} } as Fixture)
    expect(one).toMatchObject({ ok: true })
    expect(one?.remade).toBeGreaterThan(0)
    expect(text).toContain('"purpose":"token"')
    const path = join(testFolder(), 'bundle.json')
    writeFileSync(path, text)
    const [other] = second([path])
    expect({ ...other, epsilon: 0 }).toEqual({ ...one, epsilon: 0 })

    const bundle = parseBundle(text)
    const at = bundle.ledger.findIndex(isTokenRequest)
    for (const bytesSent of [0, bundle.ledger[at].bytesSent + 1]) {
      const lied = bundle.ledger.with(at, { ...bundle.ledger[at], bytesSent })
      const lie = await signed({ bundle, signer: logKey }, lied)
      writeFileSync(path, lie)
      const faults = [{ check: 'upload', entry: bundle.ledger[at].sequence }]
      expect(await first({ text: lie, options: {} } as Fixture)).toMatchObject({ faults })
      expect(second([path])).toMatchObject([{ faults }])
    }
  })
})
