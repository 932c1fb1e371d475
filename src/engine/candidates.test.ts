import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { History } from '../core/features/history.ts'
import { addScores } from '../core/model/score.ts'
import { tinyModel } from '../core/model/testModel.ts'
import { createCandidates } from '../core/personal/candidates.ts'
import { DAY } from '../core/time.ts'
import { fastTools } from './candidates.ts'
import { wasmTableProduct } from './topk/product.ts'

const model = tinyModel(2500)

test('WebAssembly finds the candidates that plain JavaScript finds, bit for bit', () => {
  const fast = createCandidates(model, fastTools(model))
  const plain = createCandidates(model)
  const items = fc.array(fc.nat(2499), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(items, (touched) => {
      const history: History = touched.map((item, k) => ({
        item,
        name: k % 3 ? 'view_item' : 'purchase',
        time: k * DAY,
        session: `${k >> 1}`,
      }))
      const now = history.length * DAY
      const [a, b] = [fast(history, now), plain(history, now)]
      expect(a.items).toEqual(b.items)
      for (const part of ['base', 'features', 'hidden'] as const)
        expect(Buffer.from(a[part].buffer).equals(Buffer.from(b[part].buffer))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test.each([1, 2, 3, 4, 1025, 2500])('a table of %i rows has a score for each', (rows) => {
  const table = model.itemVectors.subarray(0, 64 * rows)
  const vector = Float32Array.from({ length: 64 }, (_, j) => Math.sin(j))
  const own = new Float32Array(rows)
  wasmTableProduct(table, 64)(vector, own)
  const oracle = new Float32Array(rows)
  addScores(oracle, table, vector)
  own.forEach((score, row) => {
    expect(Math.abs(score - oracle[row])).toBeLessThan(1e-5)
  })
})

test('a score beyond single precision is no number, here and in every row beside it', () => {
  const table = new Float32Array(8 * 64).fill(1)
  table.fill(3e38, 0, 4 * 64)
  const out = new Float32Array(8)
  wasmTableProduct(table, 64)(new Float32Array(64).fill(-1), out)
  expect(out.every(Number.isNaN)).toBe(true)
})
