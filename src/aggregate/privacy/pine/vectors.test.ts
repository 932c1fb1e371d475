import { concat, encodeVector, fromHex, sha256Hex, toHex } from '@nearside/core/bytes.ts'
import { describe, expect, it } from 'vitest'
import { dequantize } from '../quantize.ts'
import { addShare } from '../shares.ts'
import { createCircuit } from './circuit.ts'
import { residue } from './field.ts'
import { isProven, prepare, shard } from './pine.ts'
import published from './pineVectors.json' with { type: 'json' }
import { USAGE, webXof } from './xof.ts'

const ROLES = ['leader', 'helper'] as const

/** A vector, given as its nonzero numbers by index. */
function dense(sparse: Readonly<Record<string, number | undefined>>, length: number): number[] {
  return Array.from({ length }, (_, i) => sparse[i] ?? 0)
}

/**
 * `poc/test_vec/01` of draft-chen-cfrg-vdaf-pine at 4d11ac8 (Simplified BSD licence): every vector of the variant
 * used here. Long values are given as their SHA-256.
 */
describe('every published vector', () => {
  it.each(published.map((vector) => [vector.name, vector] as const))(
    'published vector %s',
    async (_, vector) => {
      const circuit = createCircuit(vector)
      const sums = ROLES.map(() => new Uint32Array(vector.dimension))
      for (const report of vector.reports) {
        const scaled = dense(report.vector, vector.dimension).map(
          (x) => x * 2 ** vector.fractionBits,
        )
        const residues = Uint32Array.from(scaled, (x) => residue(Math.round(x)))
        const [nonce, random] = [fromHex(report.nonce), fromHex(report.rand)]
        const seeds = random.slice(0, 128)
        const { publicShare, leaderShare } = await shard(
          circuit,
          residues,
          nonce,
          seeds,
          random.slice(128),
        )
        expect(toHex(publicShare)).toBe(report.publicShare)
        const inputs = [leaderShare, seeds]
        expect(await Promise.all(inputs.map(sha256Hex))).toEqual(report.inputShares)
        const halves = []
        for (const [i, role] of ROLES.entries()) {
          const key = fromHex(vector.verifyKey)
          const half = await prepare(circuit, role, key, nonce, publicShare, inputs[i])
          if (half === null) throw new Error('not proven')
          // The draft also sends each aggregator's own commitments; here these commitments are in the public share.
          const own = [0, 2].map((pair) => publicShare.slice(32 * (pair + i), 32 * (pair + i + 1)))
          const sent = concat(encodeVector(half.verifiers), ...own)
          expect(await sha256Hex(sent)).toBe(report.prepShares[i])
          expect(await sha256Hex(encodeVector(half.share))).toBe(report.outShares[i])
          addShare(sums[i], half.share)
          halves.push(half.verifiers)
        }
        expect(isProven(circuit, halves[0], halves[1])).toBe(true)
        const seed = (usage: number, at: number) =>
          webXof.bytes(new Uint8Array(32), usage, publicShare.slice(at, at + 64), 32)
        const message = concat(await seed(USAGE.wraparoundSeed, 0), await seed(USAGE.jointSeed, 64))
        expect(toHex(message)).toBe(report.prepMessage)
      }
      const shares = await Promise.all(sums.map((sum) => sha256Hex(encodeVector(sum))))
      expect(shares).toEqual(vector.aggShares)
      addShare(sums[0], sums[1])
      const result = dequantize(sums[0], 2 ** vector.fractionBits, 1)
      expect([...result]).toEqual(dense(vector.aggResult, vector.dimension))
    },
  )
})
