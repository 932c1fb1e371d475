import { plainItemScan } from '@nearside/core/learning/shortlist.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { fastTools } from '@nearside/engine/candidates.ts'
import { describe, expect, test } from 'vitest'
import { type Best, bestByScan, checkBest, columnsOf, TOLERANCE } from './bestRows.ts'
import { interleave } from './interleave.ts'
import { numpySearch } from './numpy.ts'
import { benchModel } from './shop.ts'

const PLACES = 20
const model = benchModel(3_000)
const queries = [1, 2, 3].map((shift) =>
  Float32Array.from({ length: DIMENSION }, (_, j) => Math.sin(shift * (j + 1)) / 2),
)
const [query] = queries
const fixed = Float32Array.from(model.bias)
const { scan } = fastTools(model)
const ours = (given = query) => bestByScan(model, scan, fixed, given, PLACES).best
const check = (found: Best) => checkBest(model, query, found, ours())

/** Best rows of the whole table, found by sorting all scores, without the scan. */
function sorted(given: Float32Array): number[] {
  const scores = Array.from(model.bias, (bias, row) =>
    given.reduce((sum, value, j) => sum + value * model.itemVectors[row * DIMENSION + j], bias),
  )
  return [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, PLACES)
}

describe('the rows that other libraries must find', () => {
  test('the scan gives the best rows of the whole table', () => {
    for (const given of queries) expect(ours(given).rows).toEqual(sorted(given))
  })

  test('bestByScan throws if the scan misses rows', () => {
    expect(() => bestByScan(model, () => [1, 2, 3], fixed, query, PLACES)).toThrow(/too high/)
  })

  test('numpy-ts finds the same rows and scores as the scan', async () => {
    for (const given of queries)
      checkBest(model, given, await numpySearch(model, given, PLACES)(), ours(given))
  })

  test('checkBest accepts only two differences: rounding errors, and tied rows in another sequence', () => {
    const { rows, scores } = ours()
    const given = { rows: Array.from(rows), scores: Array.from(scores) }
    expect(() => check(given)).not.toThrow()
    const shifted = (by: number) => ({ ...given, scores: given.scores.map((it) => it + by) })
    expect(() => check(shifted(TOLERANCE / 2))).not.toThrow()
    expect(() => check(shifted(2 * TOLERANCE))).toThrow(/place 1:/)
    const twice = given.rows.with(1, given.rows[0])
    expect(() => check({ ...given, rows: twice })).toThrow(/19 rows instead of 20/)
    const wrong = given.rows.with(19, sorted(query.map((value) => -value))[0])
    expect(() => check({ ...given, rows: wrong })).toThrow(/place 20: row/)
    const unknown = given.scores.with(4, Number.NaN)
    expect(() => check({ ...given, scores: unknown })).toThrow(/place 5:/)
    expect(() => check({ rows: [], scores: [] })).toThrow(/0 rows/)
  })

  test('columnsOf transposes the table', () => {
    const { itemVectors, itemIds } = model
    const columns = columnsOf(itemVectors)
    for (const [row, j] of [
      [0, 1],
      [7, 0],
      [2_999, 63],
    ])
      expect(columns[j * itemIds.length + row]).toBe(itemVectors[row * DIMENSION + j])
  })

  test('bestByScan finds the same rows with a scan of unrounded item vectors', () => {
    const plain = plainItemScan(model.itemVectors, new Float32Array(model.itemIds.length))
    expect(bestByScan(model, plain, fixed, query, PLACES).best).toEqual(ours())
  })
})

test('interleave skips a rival whose first answer is wrong, and calls a rival in a worker only once per block', async () => {
  const calls: number[] = []
  const { timed, skipped } = await interleave(
    [
      { engine: 'wrong', run: async () => check({ rows: [], scores: [] }) },
      {
        engine: 'worker',
        run: () => new Promise((resolve) => setTimeout(resolve, 5)),
        repeat: async (times) => void calls.push(times),
      },
    ],
    3,
    () => {},
  )
  expect(timed.map(({ engine }) => engine)).toEqual(['worker'])
  expect(skipped).toEqual([expect.stringMatching(/^wrong failed: found 0 rows/)])
  expect(calls).toHaveLength(3)
  expect(calls[0]).toBeGreaterThan(0)
})
