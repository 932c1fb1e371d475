import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { expect, test } from 'vitest'
import type { RankerDataset } from '../ranker/dataset.ts'
import { fuseWeights } from './fusion.ts'

const ROWS = 20
/** The column that decides a case's target, and a column that the earlier version dropped. */
const [SIGN, DROPPED] = [3, 5]
const old = new Float32Array(FEATURE_COUNT)
old[SIGN] = 0.5

/** Each case has one target: the row with the highest value in column `SIGN`, or with the lowest. */
function table(cases: number, wantsHighest: (c: number) => boolean): RankerDataset {
  const features = new Float32Array(cases * ROWS * FEATURE_COUNT)
  const target = new Float32Array(cases * ROWS)
  for (let c = 0; c < cases; c++)
    for (let k = 0; k < ROWS; k++) {
      const row = c * ROWS + k
      features[row * FEATURE_COUNT + SIGN] = k / ROWS - 0.5
      features[row * FEATURE_COUNT + DROPPED] = k === (wantsHighest(c) ? ROWS - 1 : 0) ? 1 : 0
      target[row] = features[row * FEATURE_COUNT + DROPPED]
    }
  return {
    cases: Array.from({ length: cases }, (_, c) => ({
      shopper: `s${c}`,
      time: c,
      history: [],
      targets: [0],
      weight: 1,
    })),
    start: Int32Array.from({ length: cases + 1 }, (_, c) => c * ROWS),
    item: Int32Array.from({ length: cases * ROWS }, (_, row) => row % ROWS),
    columns: FEATURE_COUNT,
    features,
    correction: new Float32Array(cases * ROWS),
    target,
  }
}

const fuse = (
  cases: number,
  wantsHighest: (c: number) => boolean,
  isNewest = ({ time }: { time: number }) => time >= 400,
) => fuseWeights(table(cases, wantsHighest), old, isNewest)

test('a fusion of old and new weights follows the new weights if the newest cases agree with them, and leaves out dropped features', () => {
  const { weights, fusionWeight } = fuse(600, () => false)
  expect(fusionWeight).toBeGreaterThan(0)
  expect(weights[SIGN]).toBeLessThan(0)
  expect(weights[DROPPED]).toBe(0)
})

test('fusion keeps the old weights if the newest cases disagree with the new weights or are too few', () => {
  for (const fused of [
    fuse(600, (c) => c >= 400),
    fuse(300, () => false),
    fuse(
      300,
      () => false,
      () => true,
    ),
    fuse(0, () => true),
  ])
    expect(fused).toEqual({ weights: old, fusionWeight: 0 })
})
