import { expect, it } from 'vitest'
import { idsHeld, reachedBy } from './reports.ts'

const SALT = new Uint8Array(16).fill(7)

it('the store lists the ids and marks of a round of 200,000 reports', () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => {
    const mark = new Uint8Array(16)
    new DataView(mark.buffer).setUint32(0, n)
    return { mark, held: mark }
  })
  const ids = idsHeld(rows.toReversed())
  expect(ids).toHaveLength(200_000 * 16)
  const round = { policyHash: 'ab', openedAt: 1, closedAt: 2 }
  const reached = reachedBy(round, SALT, rows)
  expect(reached).toMatchObject({ ...round, salt: SALT })
  expect(Buffer.compare(ids, reached?.marks ?? new Uint8Array())).toBe(0)
  expect(reachedBy({ ...round, closedAt: null }, SALT, rows)).toBeNull()
  expect(reachedBy(round, new Uint8Array(), rows)).toBeNull()
  expect(reachedBy(undefined, SALT, rows)).toBeNull()
})
