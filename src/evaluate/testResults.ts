/** @module Checks the fields that every result of `evaluate --json` has; for tests only. */
import { expect } from 'vitest'
import type { Envelope } from './results.ts'

/** Checks the fields after writing and reading JSON, which turns non-finite numbers into null. */
export function expectEnvelope(result: Envelope, protocol: string, arms: readonly string[]): void {
  const read = JSON.parse(JSON.stringify(result)) as Envelope
  expect(read).toMatchObject({
    protocol,
    shop: expect.any(String),
    until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    seed: expect.any(Number),
    shoppers: expect.any(Number),
    cases: expect.any(Number),
    shoppersWorse: null,
  })
  expect(read.shoppers).toBeGreaterThanOrEqual(10)
  expect(read.cases).toBeGreaterThanOrEqual(read.shoppers)
  const names = read.arms.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining([...arms]))
  expect(read.lifts.length).toBeGreaterThan(0)
  for (const { arm, over, metric, relative, lo, hi } of read.lifts) {
    const find = (name: string) =>
      read.arms.find((one) => one.name === name) as unknown as Record<string, number>
    for (const value of [relative, lo, hi]) expect(value).toEqual(expect.any(Number))
    expect(lo).toBeLessThanOrEqual(hi)
    // The lift must match the arms' reported numbers.
    if (find(over)[metric] !== undefined)
      expect(find(arm)[metric] / find(over)[metric] - 1, `${arm} ${metric}`).toBeCloseTo(
        relative,
        6,
      )
  }
}
