import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { createMatrix } from './matrix.ts'
import { createSampledSoftmax, createSampler, softmaxFloats } from './sampledSoftmax.ts'
import type { Window } from './sequences.ts'

test('items are drawn as often as logExpected predicts, and items without a count are never drawn', () => {
  const counts = Float64Array.of(0, 30, 3, 1, 0, 66)
  const sampler = createSampler(counts)
  const random = createRandom(4)
  const drawn = new Int32Array(100_000)
  sampler.draw(drawn, random)
  const found = new Float64Array(counts.length)
  for (const item of drawn) found[item]++
  for (const item of [1, 2, 3, 5]) {
    const expected = Math.exp(sampler.logExpected(item, drawn.length))
    // The tolerance is five standard deviations of a binomial.
    expect(Math.abs(found[item] - expected)).toBeLessThan(5 * Math.sqrt(expected))
  }
  expect([found[0], found[4]]).toEqual([0, 0])
})

test('with the logQ correction, the mean loss approaches the loss of the full softmax', () => {
  const items = 50
  const random = createRandom(7)
  const matrix = createMatrix(softmaxFloats(512) + 2 * items * DIMENSION + 2000)
  const counts = Float64Array.from({ length: items }, (_, i) => 1 + i * i)
  const softmax = createSampledSoftmax(matrix, createSampler(counts), 512, items)
  const table = {
    vectors: matrix.allocate(items * DIMENSION),
    gradient: matrix.allocate(items * DIMENSION),
    meet: () => {},
  }
  for (let k = 0; k < table.vectors.length; k++) table.vectors[k] = 0.15 * random.normal()
  const bias = { value: new Float32Array(items), gradient: new Float32Array(items) }
  const hidden = matrix.allocate(DIMENSION)
  const dHidden = matrix.allocate(DIMENSION)
  for (let j = 0; j < DIMENSION; j++) hidden[j] = random.normal()
  const one: Window = {
    length: 1,
    first: Int32Array.of(0),
    items: Int32Array.of(0),
    events: Uint8Array.of(0),
    gaps: Uint8Array.of(0),
    start: Int32Array.of(0, 1),
    targets: Int32Array.of(7),
    weights: Float32Array.of(1),
  }
  const scores = Array.from({ length: items }, (_, i) => {
    let dot = 0
    for (let j = 0; j < DIMENSION; j++) dot += hidden[j] * table.vectors[i * DIMENSION + j]
    return dot
  })
  const full = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[7]
  let sum = 0
  const rounds = 200
  for (let k = 0; k < rounds; k++) sum += softmax(one, hidden, dHidden, table, bias, random)
  expect(Math.abs(sum / rounds - full)).toBeLessThan(0.03)
})
