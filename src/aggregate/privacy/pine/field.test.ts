import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  evaluate,
  halfway,
  interpolate,
  MODULUS,
  multiply,
  power,
  powers,
  residue,
  sumOf,
} from './field.ts'
import { combineRows } from './flp.ts'

const Q = BigInt(MODULUS)
const exact = (a: number, b: number) => Number((BigInt(a) * BigInt(b)) % Q)
const near = fc.oneof(
  fc.nat(MODULUS - 1),
  fc.nat(4_000),
  fc.nat(4_000).map((x) => MODULUS - 1 - x),
)

describe('the field', () => {
  it('the field multiplies like integers modulo q', () => {
    fc.assert(
      fc.property(near, near, (a, b) => multiply(a, b) === exact(a, b)),
      { numRuns: 20_000 },
    )
  })

  it('the field multiplies exactly if the product lies next to a multiple of q', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MODULUS - 1 }), fc.nat(9), (a, rest) => {
        const inverse = power(a, MODULUS - 2)
        for (const b of [exact(rest, inverse), exact(MODULUS - 1 - rest, inverse)])
          expect(multiply(a, b)).toBe(exact(a, b))
      }),
      { numRuns: 5_000 },
    )
  })

  it('the field maps any safe integer to its residue', () => {
    const anyInteger = fc.oneof(
      fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
      // Integers near a multiple of q, where the rounded quotient can be off by one.
      fc
        .tuple(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), fc.integer({ min: -2, max: 2 }))
        .map(([times, rest]) => times * MODULUS + rest),
    )
    fc.assert(
      fc.property(anyInteger, (x) => BigInt(residue(x)) === ((BigInt(x) % Q) + Q) % Q),
      { numRuns: 20_000 },
    )
  })

  it('the field interpolates a polynomial from its values, and evaluates it halfway between the points', () => {
    for (const size of [1, 2, 8, 64]) {
      const coefficients = Uint32Array.from({ length: size }, (_, i) => residue((i + 3) ** 9))
      const values = evaluate(coefficients.slice())
      expect([...interpolate(values.slice())]).toEqual([...coefficients])
      const twice = new Uint32Array(2 * size)
      twice.set(coefficients)
      evaluate(twice)
      expect([...values]).toEqual([...twice].filter((_, i) => i % 2 === 0))
      expect([...halfway(values)]).toEqual([...twice].filter((_, i) => i % 2 === 1))
    }
  })

  it('the field sums weighted rows exactly, also of its largest numbers', () => {
    const weightsOfRows = fc.array(near, { minLength: 1, maxLength: 70 })
    fc.assert(
      fc.property(weightsOfRows, near, (weights, x) => {
        const rows = Uint32Array.from({ length: 2 * weights.length }, (_, i) =>
          i % 2 ? x : weights[i / 2],
        )
        const [squares, multiples] = combineRows(Uint32Array.from(weights), rows, 2)
        const sum = (of: (weight: number) => number) =>
          Number(weights.reduce((all, weight) => all + BigInt(weight) * BigInt(of(weight)), 0n) % Q)
        expect([squares, multiples]).toEqual([sum((weight) => weight), sum(() => x)])
        expect(sumOf(Uint32Array.from(weights))).toBe(sum(() => 1))
      }),
      { numRuns: 500 },
    )
    const largest = new Uint32Array(96).fill(MODULUS - 1)
    // (−1)² summed 96 times.
    expect([...combineRows(largest, largest, 1)]).toEqual([96])
  })

  it('the field computes powers', () => {
    expect([...powers(3, 4)]).toEqual([1, 3, 9, 27])
    expect(power(3, MODULUS - 1)).toBe(1)
  })
})
