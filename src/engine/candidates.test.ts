import type { History } from '@nearside/core/features/history.ts'
import { createCandidates } from '@nearside/core/learning/candidates.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { DAY } from '@nearside/core/time.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fastTools } from './candidates.ts'

const model = tinyModel(2500)

test('WebAssembly finds the same candidates as plain JavaScript, identical to the last bit', () => {
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
