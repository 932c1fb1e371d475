/**
 * @module The device's update strategies as a stream without clocks knows them: what they learn at
 * once, and after how many waiting cases the rest.
 */
import type { Policy } from './run.ts'

const BATCH = 20

export const POLICIES: readonly Policy[] = [
  { name: 'online', learnsNow: () => true, reviewAfter: 0 },
  { name: 'batch', learnsNow: (_, pending) => pending >= BATCH, reviewAfter: 0 },
  {
    name: 'hybrid',
    learnsNow: (event, pending) =>
      event === 'purchase' || event === 'add_to_cart' || pending >= BATCH,
    reviewAfter: BATCH,
  },
]
