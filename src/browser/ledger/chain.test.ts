import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chain, type EntryFacts } from './chain.ts'
import type { LedgerEntry } from './entry.ts'
import type { Signer } from './signer.ts'
import { testSigner } from './testLedger.ts'
import { verifyChain } from './verifyChain.ts'

async function chainOf(facts: readonly EntryFacts[], signer: Signer | null = null) {
  const entries: LedgerEntry[] = []
  for (const fact of facts) entries.push(await chain(entries.at(-1) ?? null, fact, signer))
  return entries
}

const factsArbitrary = fc.array(
  fc.record({
    kind: fc.constantFrom('request', 'upload', 'consent', 'model' as const),
    time: fc.integer({ min: 0, max: 2 ** 45 }),
    detail: fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
    ),
    bytesSent: fc.nat(),
  }),
  { minLength: 3, maxLength: 8 },
) as fc.Arbitrary<EntryFacts[]>

test('the hash is SHA-256 over RFC 8785 JSON, as another implementation computes it', async () => {
  const [entry] = await chainOf([
    { kind: 'consent', time: 1_700_000_000_000, detail: { contribute: true, é: 1e21, a: 'ü"\n' } },
  ])
  const canonical =
    '{"bytesSent":0,"detail":{"a":"ü\\"\\n","contribute":true,"é":1e+21},"kind":"consent",' +
    `"previous":"${'0'.repeat(64)}","sequence":0,"time":1700000000000}`
  expect(entry.hash).toBe(createHash('sha256').update(canonical).digest('hex'))
})

describe('verifyChain', () => {
  test('verifyChain accepts every chain, also after the chain was written as JSON and read back', async () => {
    await fc.assert(
      fc.asyncProperty(factsArbitrary, async (facts) => {
        const entries = await chainOf(facts)
        const read = JSON.parse(JSON.stringify(entries))
        expect(await verifyChain(read)).toMatchObject({
          ok: true,
          entries: facts.length,
          brokenAt: null,
        })
      }),
      { numRuns: 60 },
    )
  })

  test('verifyChain detects a flipped bit anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(factsArbitrary, fc.nat(), fc.nat({ max: 6 }), async (facts, where, bit) => {
        const text = JSON.stringify(await chainOf(facts))
        const bytes = new TextEncoder().encode(text)
        bytes[where % bytes.length] ^= 1 << bit
        let tampered: unknown
        try {
          tampered = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
        } catch {
          return
        }
        // Some changed bits keep the value: in JSON, 1e2 equals 1E2.
        fc.pre(JSON.stringify(tampered) !== text)
        expect(Array.isArray(tampered) && (await verifyChain(tampered)).ok).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test('verifyChain detects dropped, swapped, doubled and inserted entries', async () => {
    await fc.assert(
      fc.asyncProperty(factsArbitrary, fc.nat(), async (facts, pick) => {
        const entries = await chainOf(facts)
        const at = pick % (entries.length - 1)
        const dropped = entries.toSpliced(at, 1)
        const swapped = entries.toSpliced(at, 2, entries[at + 1], entries[at])
        const doubled = entries.toSpliced(at, 0, entries[at])
        const foreign = await chain(entries[at], { kind: 'request', time: 0, detail: {} })
        const inserted = entries.toSpliced(at + 1, 0, foreign)
        for (const tampered of [dropped, swapped, doubled, inserted]) {
          const { ok, brokenAt } = await verifyChain(tampered)
          expect(ok).toBe(false)
          expect(brokenAt).toBeGreaterThanOrEqual(at)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('verifyChain detects missing first entries, and an entry that was rewritten with a matching hash', async () => {
    const entries = await chainOf(
      [1, 2, 3].map((time) => ({ kind: 'request', time, detail: { url: 'x' } })),
    )
    expect((await verifyChain(entries.slice(1))).brokenAt).toBe(0)
    const forged = await chain(entries[0], { kind: 'request', time: 2, detail: { url: 'y' } })
    expect((await verifyChain(entries.toSpliced(1, 1, forged))).brokenAt).toBe(2)
  })

  test('verifyChain reports a malformed entry as a broken chain without throwing', async () => {
    for (const junk of [null, 7, 'x', {}, { hash: 1 }, [undefined]]) {
      expect((await verifyChain([junk])).ok).toBe(false)
    }
    expect(await verifyChain([])).toEqual({ ok: true, entries: 0, brokenAt: null, signed: 0 })
  })
})

describe('signatures of the log', () => {
  const facts = (['request', 'consent', 'learn', 'upload', 'request'] as const).map(
    (kind, time): EntryFacts => ({ kind, time, detail: { time } }),
  )

  test('the log signs each entry about data that leave the device, and so all entries before it', async () => {
    const entries = await chainOf(facts, await testSigner())
    expect(entries.map(({ key, signature }) => Boolean(key && signature))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ])
    const read = JSON.parse(JSON.stringify(entries))
    expect(await verifyChain(read)).toEqual({ ok: true, entries: 5, brokenAt: null, signed: 2 })
  })

  test('signatures of the log expose a chain that was rebuilt without the key', async () => {
    const [signer, other] = [await testSigner(), await testSigner()]
    const entries = await chainOf(facts, signer)
    const changed = facts.with(0, { ...facts[0], detail: { time: 7 } })
    const remade = await chainOf(changed, null)
    const withOldSignatures = remade.map((entry, i) => {
      const { key, signature } = entries[i]
      return key === undefined ? entry : { ...entry, key, signature }
    })
    expect((await verifyChain(withOldSignatures)).ok).toBe(false)
    // From the second signature on, the chain is signed with another key, or not at all.
    for (const by of [other, null]) {
      const tail = [await chain(entries[2], facts[3], by)]
      tail.push(await chain(tail[0], facts[4], by))
      expect((await verifyChain([...entries.slice(0, 3), ...tail])).brokenAt).toBe(3)
    }
  })

  test('signatures of the log are reported as missing if they are removed, and refused if they are invalid', async () => {
    const entries = await chainOf(facts, await testSigner())
    const { signature, ...without } = entries[3]
    for (const changed of [
      without,
      { ...entries[3], signature: entries[1].signature },
      { ...entries[3], signature: 'x' },
      { ...entries[4], signature },
    ])
      expect((await verifyChain(entries.with(changed.sequence, changed as LedgerEntry))).ok).toBe(
        false,
      )
  })

  test('signatures can start in a log that an earlier version began without signatures', async () => {
    const old = await chainOf(facts.slice(0, 2))
    const next = await chain(old[1], facts[3], await testSigner())
    expect(await verifyChain([...old, next])).toMatchObject({ ok: true, signed: 1 })
  })
})
