import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAdam, createParameter } from './adamW.ts'
import { createMatrix } from './matrix.ts'

const sizes = fc.record({
  n: fc.integer({ min: 0, max: 11 }),
  outputs: fc.constantFrom(8, 16, 24),
  inputs: fc.constantFrom(8, 16, 40),
})

/** Small whole numbers, because float32 sums of their products are exact in any order. */
function numbers(into: Float32Array, seed: number): Float32Array {
  for (let k = 0; k < into.length; k++) into[k] = ((seed + k * 7919) % 17) - 8
  return into
}

test('a linear layer and its gradients, by input and by weight, equal their definitions', () => {
  fc.assert(
    fc.property(sizes, fc.nat(1000), ({ n, outputs, inputs }, seed) => {
      const matrix = createMatrix(4000)
      const x = numbers(matrix.allocate(n * inputs), seed)
      const w = numbers(matrix.allocate(outputs * inputs), seed + 1)
      const y = numbers(matrix.allocate(n * outputs), seed + 2)
      matrix.linear(y, x, w, n, outputs, inputs)
      const dy = numbers(matrix.allocate(n * outputs), seed + 3)
      const dx = matrix.allocate(n * inputs).fill(1)
      const dw = matrix.allocate(outputs * inputs).fill(2)
      matrix.linearBackInput(dx, dy, w, n, outputs, inputs)
      matrix.linearBackWeight(dw, dy, x, n, outputs, inputs)
      const wanted = {
        y: new Float32Array(y.length),
        dx: dx.slice().fill(1),
        dw: dw.slice().fill(2),
      }
      for (let t = 0; t < n; t++) {
        for (let o = 0; o < outputs; o++) {
          for (let i = 0; i < inputs; i++) {
            wanted.y[t * outputs + o] += x[t * inputs + i] * w[o * inputs + i]
            wanted.dx[t * inputs + i] += dy[t * outputs + o] * w[o * inputs + i]
            wanted.dw[o * inputs + i] += dy[t * outputs + o] * x[t * inputs + i]
          }
        }
      }
      expect({ y, dx, dw }).toEqual(wanted)
    }),
  )
})

test('allocated views don’t overlap', () => {
  const matrix = createMatrix(100)
  const views = [3, 0, 8, 5].map((length) => matrix.allocate(length))
  views.forEach((view, k) => void view.fill(k + 1))
  expect(views.map((view) => [...view])).toEqual([3, 0, 8, 5].map((n, k) => Array(n).fill(k + 1)))
})

test('the exponentials of a row agree with Math.exp, and that of an excluded score is 0', () => {
  const matrix = createMatrix(200)
  const row = matrix.allocate(64)
  const shift = matrix.allocate(64)
  row.forEach((_, k) => {
    row[k] = 3 * Math.sin(k) * k
    shift[k] = Math.cos(k)
  })
  const shifted = row.map((value, k) => value + shift[k])
  row[5] = -1e30
  const most = matrix.shift(row.byteOffset, shift.byteOffset, 64)
  expect(most).toBe(Math.max(...shifted.filter((_, k) => k !== 5)))
  const sum = matrix.exp(row.byteOffset, 64, most)
  row.forEach((value, k) => {
    const wanted = k === 5 ? 0 : Math.exp(Math.max(-87, shifted[k] - most))
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-6 * wanted)
  })
  expect(sum / row.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 5)
})

test('an empty parameter, as in a shop without categories, doesn’t change how an Adam step moves the other parameters', () => {
  const after = (isThere: boolean) => {
    const { allocate, adam } = createMatrix(4000)
    const empty = createParameter(0, 0.1, allocate)
    const one = createParameter(16, 0.1, allocate)
    const step = createAdam({ allocate, adam }, isThere ? [empty, one] : [one])
    numbers(one.value, 1)
    for (let k = 0; k < 3; k++) {
      numbers(one.gradient, k)
      step(0.1, 0.5)
    }
    return one.value
  }
  expect(after(true)).toEqual(after(false))
})
