/** Compares backpropagation with finite differences, and the trained block with the encoder on devices. */

import { LOG_NAMES } from '@nearside/core/events/event.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { ENCODER_SHAPES, encode } from '@nearside/core/model/encoder.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, test } from 'vitest'
import { NO_WORD_VECTORS } from '../wordVectors.ts'
import { createParameter } from './adamW.ts'
import { BLOCK_FLOATS, createBlock } from './block.ts'
import { createItemTable } from './itemTable.ts'
import { createMatrix } from './matrix.ts'
import { createSampledSoftmax, createSampler } from './sampledSoftmax.ts'
import { drawWindows, itemSets, packWindows, type Window } from './sequences.ts'
import { arraysOf, fillInput, initialWeights, spreadInputGradient } from './train.ts'

const ITEMS = Array.from({ length: 40 }, (_, i) => ({
  id: `i${i}`,
  title: `${['red', 'blue', 'green'][i % 3]} ${['cup', 'bag'][i % 2]}`,
  price: 1 + i,
  category: i % 2 ? 'a' : 'b',
}))

function window(length: number): Window {
  return {
    length,
    first: new Int32Array(length),
    items: Int32Array.from({ length }, (_, t) => (t * 7) % ITEMS.length),
    events: Uint8Array.from({ length }, (_, t) => (t % 2 ? 6 : 0)),
    gaps: Uint8Array.from({ length }, (_, t) => t % 4),
    start: Int32Array.from({ length: length + 1 }, (_, t) => 2 * t),
    targets: Int32Array.from({ length: 2 * length }, (_, k) => (k * 11 + 3) % ITEMS.length),
    weights: Float32Array.from({ length: 2 * length }, (_, k) => 1 + (k % 3)),
  }
}

function setup(seed: number) {
  const random = createRandom(seed)
  const matrix = createMatrix(BLOCK_FLOATS + 400_000)
  const weights = initialWeights(matrix, random)
  for (const [name, { value }] of Object.entries(weights)) {
    // Every parameter gets noise, so that no gradient is zero by symmetry.
    for (let k = 0; k < value.length; k++)
      value[k] = value[k] * 0.5 + (name === 'distance' ? 0.5 : 0.2) * random.normal()
  }
  const block = createBlock(matrix, arraysOf(weights, 'value'), 0)
  const settings = { leastTitles: 1, priceBands: 3, idDropout: 0, decay: 0, sparseFrom: 1000 }
  const table = createItemTable(matrix, ITEMS, ['', 'a', 'b'], NO_WORD_VECTORS, settings, random)
  for (const { value } of table.parameters)
    for (let k = 0; k < value.length; k++) value[k] = 0.2 * random.normal()
  const bias = createParameter(ITEMS.length, 0)
  const sampler = createSampler(Float64Array.from(ITEMS, (_, i) => 1 + (i % 5)))
  const softmax = createSampledSoftmax(matrix, sampler, 16, ITEMS.length)
  return { weights, block, table, bias, softmax }
}

test.each([
  ['one sequence', window(9)],
  ['three sequences that share the rows', packWindows([window(4), window(1), window(6)])[0]],
])('every gradient matches finite differences: %s', (_, one) => {
  const { weights, block, table, bias, softmax } = setup(5)
  const loss = () => {
    table.compose(null)
    fillInput(block.input, one, table.vectors, arraysOf(weights, 'value'))
    block.forward(one.length, null, one.first)
    // The fixed seed draws the same negative items each time.
    return softmax(one, block.hidden, block.hiddenGradient, table, bias, createRandom(3))
  }
  const everything = [...Object.values(weights), ...table.parameters, bias]
  loss()
  table.gradient.fill(0)
  bias.gradient.fill(0)
  loss()
  block.backward(one.length, arraysOf(weights, 'gradient'), one.first)
  spreadInputGradient(block.inputGradient, one, table.gradient, arraysOf(weights, 'gradient'))
  table.backward()
  const analytic = everything.map(({ gradient }) => gradient.slice())
  const random = createRandom(11)
  const step = 2e-3
  let compared = 0
  everything.forEach(({ value }, p) => {
    const strongest = analytic[p].reduce(
      (best, g, k) => (Math.abs(g) > Math.abs(analytic[p][best]) ? k : best),
      0,
    )
    for (const k of [strongest, random.integer(value.length), random.integer(value.length)]) {
      const kept = value[k]
      value[k] = kept + step
      const up = loss()
      value[k] = kept - step
      const down = loss()
      value[k] = kept
      const numeric = (up - down) / (2 * step)
      expect(Math.abs(numeric - analytic[p][k])).toBeLessThan(0.05 + 0.02 * Math.abs(numeric))
      if (Math.abs(numeric) > 0.5) compared++
    }
  })
  // The test means something only if most slopes are large compared with the tolerance.
  expect(compared).toBeGreaterThan(everything.length)
})

test('without dropout, the block’s last position equals the output of the encoder on devices', () => {
  const { weights, block, table } = setup(8)
  const history = Array.from({ length: 23 }, (_, t) => ({
    item: (t * 5) % ITEMS.length,
    name: LOG_NAMES[t % 2 ? 6 : 0],
    time: Math.floor(t / 4) * 3 * DAY,
    session: String(Math.floor(t / 4)),
  }))
  const gapOf = (t: number) => (t % 4 === 3 ? 4 : 0)
  const one: Window = {
    ...window(23),
    items: Int32Array.from(history, ({ item }) => item),
    events: Uint8Array.from(history, ({ name }) => LOG_NAMES.indexOf(name)),
    gaps: Uint8Array.from(history, (_, t) => (t === 22 ? 3 : gapOf(t))),
  }
  fillInput(block.input, one, table.vectors, arraysOf(weights, 'value'))
  block.forward(23, null)
  const encoder = new Map(
    Object.entries(ENCODER_SHAPES).map(([name, shape]) => [
      name,
      { shape: [...shape], data: weights[name as keyof typeof weights].value },
    ]),
  )
  const served = encode({ encoder, itemVectors: table.vectors }, history, history[22].time + DAY)
  for (let j = 0; j < DIMENSION; j++)
    expect(served[j]).toBeCloseTo(block.hidden[22 * DIMENSION + j], 4)
})

test('the block’s output at a position doesn’t depend on later positions', () => {
  const { weights, block, table } = setup(2)
  const one = window(12)
  fillInput(block.input, one, table.vectors, arraysOf(weights, 'value'))
  block.forward(12, null)
  const before = block.hidden.slice(0, 6 * DIMENSION)
  block.input.fill(3, 6 * DIMENSION, 12 * DIMENSION)
  block.forward(12, null)
  expect(block.hidden.slice(0, 6 * DIMENSION)).toEqual(before)
})

test('packed sequences give the same results as separate sequences', () => {
  const { weights, block, table } = setup(4)
  const windows = [window(7), window(20), window(3), window(30), window(50), window(1)]
  const packs = packWindows(windows)
  expect(packs.map(({ length }) => length)).toEqual([30, 30, 50, 1])
  const hidden = (one: Window) => {
    fillInput(block.input, one, table.vectors, arraysOf(weights, 'value'))
    block.forward(one.length, null, one.first)
    return block.hidden.slice(0, one.length * DIMENSION)
  }
  const together = packs.flatMap((pack) => [...hidden(pack)])
  const alone = windows.flatMap((one) => [...hidden(one)])
  together.forEach((value, k) => {
    expect(value).toBeCloseTo(alone[k], 4)
  })
  const targets = (many: readonly Window[]) =>
    many.flatMap(({ length, start, targets, weights: w }) =>
      Array.from({ length }, (_, t) => [
        [...targets.slice(start[t], start[t + 1])],
        [...w.slice(start[t], start[t + 1])],
      ]),
    )
  expect(targets(packs)).toEqual(targets(windows))
})

test('the windows of a shopper contain each order line once, and the targets are lines of the next order', () => {
  const history = [3, 1, 2, 5, 4, 8, 9].map((item, k) => ({
    item,
    name: 'purchase' as const,
    time: [0, 0, 0, 1, 1, 9, 9][k] * DAY,
    session: 'aaabbcc'[k],
  }))
  const sets = itemSets(history, 100 * DAY)
  const [one, ...rest] = drawWindows(sets, createRandom(1))
  expect(rest).toEqual([])
  expect([...one.items].slice(0, 3).sort()).toEqual([1, 2, 3])
  expect([...one.gaps]).toEqual([0, 0, 3, 0, 6, 0, 0])
  const targetsOf = (t: number) => [...one.targets.slice(one.start[t], one.start[t + 1])].sort()
  expect(targetsOf(0)).toEqual([one.items[1]])
  expect(targetsOf(2)).toEqual([4, 5])
  expect(targetsOf(4)).toEqual([8, 9])
  expect(targetsOf(6)).toEqual([])
  expect(itemSets(history, 1 * DAY)).toHaveLength(1)
})
