/** @module Tests that every malformed problem is refused with an error that names its fault. */

import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import { expect, test } from 'vitest'
import { createJsEngine } from './js.ts'
import { checkProblem } from './problem.ts'
import { testProblem } from './testProblem.ts'

const good = testProblem({ seed: 1, cases: 3, candidates: 4, parameters: 2, steps: 5 })

function changed(array: Float32Array, index: number, value: number): Float32Array {
  const copy = array.slice()
  copy[index] = value
  return copy
}

const bad: [string, Partial<FitProblem>, RegExp][] = [
  ['a fraction of a case', { cases: 2.5 }, /cases must be an integer/],
  ['no candidates', { candidates: 0 }, /candidates must be an integer of at least 1/],
  ['no parameters', { parameters: 0 }, /parameters must be/],
  ['negative steps', { steps: -1 }, /steps must be/],
  ['steps that are not a number', { steps: Number.NaN }, /steps must be/],
  ['a short design', { design: good.design.slice(1) }, /design has 23 numbers instead of 24/],
  ['a long mean', { mean: new Float32Array(3) }, /mean has 3 numbers instead of 2/],
  [
    'an array of another type',
    { weight: Float64Array.of(1, 1, 1) as unknown as Float32Array },
    /weight must be a Float32Array/,
  ],
  ['a NaN', { design: changed(good.design, 5, Number.NaN) }, /design\[5\] is NaN/],
  ['an infinity', { offset: changed(good.offset, 2, -Infinity) }, /offset\[2\] is -Infinity/],
  ['a negative weight', { weight: changed(good.weight, 1, -1) }, /weight\[1\] is negative/],
  ['a negative precision', { precision: Float32Array.of(1, -2) }, /precision\[1\] is negative/],
  ['a negative step size', { stepSize: Float32Array.of(-1, 1) }, /stepSize\[0\] is negative/],
  ['a negative target', { target: changed(good.target, 0, -1) }, /target\[0\] is negative/],
  ['a target that does not sum to 1', { target: new Float32Array(12) }, /target of case 0 sums to/],
  [
    'a target on padding',
    {
      offset: changed(good.offset, 1, PADDING_OFFSET),
      target: changed(new Float32Array(12), 1, 1),
    },
    /case 0 has a target on a padded candidate/,
  ],
  [
    'a case that is all padding',
    { offset: good.offset.map(() => PADDING_OFFSET), target: new Float32Array(12) },
    /case 0 has weight but no candidate/,
  ],
]

test('a well-formed problem passes', () => {
  expect(() => checkProblem(good)).not.toThrow()
})

test.each(bad)(
  'a problem with %s is refused, and the error names the fault',
  async (_, change, message) => {
    const problem = { ...good, ...change }
    expect(() => checkProblem(problem)).toThrow(message)
    await expect(createJsEngine().fit(problem)).rejects.toMatchObject({ code: 'input-invalid' })
  },
)

test('a case of weight 0 is checked for finite numbers only', () => {
  const weight = changed(good.weight, 0, 0)
  expect(() => checkProblem({ ...good, weight, target: changed(good.target, 0, 9) })).not.toThrow()
})
