import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, norm } from './clip.ts'
import { MODULUS } from './pine/field.ts'
import { dequantize, quantize, squaredNorm, toResidues } from './quantize.ts'
import { cryptoRandomBytes } from './randomBytes.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const update = fc.array(finite, { minLength: 1, maxLength: 64 })

describe('clip', () => {
  it('`clip` scales a vector of larger norm down to the norm C, keeps its direction, and leaves other vectors unchanged', () => {
    fc.assert(
      fc.property(update, fc.double({ min: 1e-6, max: 1e3, noNaN: true }), (vector, clipNorm) => {
        const clipped = clip(vector, clipNorm)
        expect(norm(clipped)).toBeLessThanOrEqual(clipNorm * (1 + 1e-12))
        if (norm(vector) <= clipNorm) expect([...clipped]).toEqual(vector)
        for (const [i, x] of vector.entries()) expect(clipped[i] * x).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 2000 },
    )
  })

  it('`clip` refuses a vector with a number that is not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(() => clip([0, bad, 1], 1)).toThrow(/not finite/)
  })

  it('`norm` computes norms without overflow or underflow', () => {
    expect(norm([3e200, 4e200])).toBeCloseTo(5e200, -190)
    expect(norm([3e-200, 4e-200]) / 5e-200).toBeCloseTo(1, 12)
    expect(norm([])).toBe(0)
  })
})

describe('quantize', () => {
  it('`quantize` gives integers whose norm is at most the clip norm, for any vector', () => {
    const vectors = fc.oneof(
      update,
      // Many coordinates lie just above a whole step, so that rounding up adds the most.
      fc.array(fc.constant(1e-6), { minLength: 50, maxLength: 64 }),
    )
    fc.assert(
      fc.property(vectors, fc.integer({ min: 20, max: 1_883 }), (vector, clipNorm) => {
        const quantized = quantize(vector, 2 ** 20, clipNorm, cryptoRandomBytes)
        const exact = quantized.reduce((sum, x) => sum + BigInt(x) * BigInt(x), 0n)
        expect(exact <= BigInt(clipNorm) ** 2n).toBe(true)
        expect(BigInt(squaredNorm(quantized))).toBe(exact)
      }),
      { numRuns: 5000 },
    )
  })

  it('`quantize` keeps the norm within the clip norm when every coordinate is rounded up', () => {
    const up = (length: number) => new Uint8Array(length)
    for (const d of [1, 88, 1024]) {
      const clipNorm = Math.ceil(2 * Math.sqrt(d)) + 1
      const vector = new Float64Array(d).fill(1)
      expect(squaredNorm(quantize(vector, 1, clipNorm, up))).toBeLessThanOrEqual(clipNorm ** 2)
    }
  })

  it('`quantize` rounds without bias', () => {
    const scale = 1000
    const value = 0.0123456
    const n = 40_000
    const vector = new Float64Array(n).fill(value)
    const sum = quantize(vector, scale, 2 ** 26, cryptoRandomBytes).reduce((a, b) => a + b, 0)
    const fraction = value * scale - Math.floor(value * scale)
    const error = sum / n - value * scale
    // If rounding always went down or to the nearest integer, the mean would be off by 70 standard errors.
    expect(Math.abs(error)).toBeLessThan(5 * Math.sqrt((fraction * (1 - fraction)) / n))
  })

  it('a quantized vector survives the conversion to residues and back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 31 - 2 ** 20), max: 2 ** 31 - 2 ** 20 })),
        (integers) => {
          const residues = toResidues(Int32Array.from(integers))
          expect([...dequantize(residues, 1, 1)]).toEqual(integers)
        },
      ),
    )
    expect([...dequantize(Uint32Array.of(MODULUS - 6), 2, 3)]).toEqual([-1])
  })

  it('`quantize` refuses a clip norm that rounding alone would exceed', () => {
    expect(() => quantize(new Float64Array(100), 1, 10, cryptoRandomBytes)).toThrow(/√d/)
  })
})
