/**
 * @module The device's update strategies as a stream without clocks knows them: what they learn at
 * once; the rest is learned at the end of the day.
 */
import { STRATEGIES } from '../../src/core/personal/strategy.ts'
import type { Policy } from './run.ts'

export const POLICIES: readonly Policy[] = Object.values(STRATEGIES).map((strategy) => ({
  name: strategy.name,
  reviewAfter: strategy.reviewAfter,
  learnsNow: (event, pending) => strategy.delayAfter(event, pending) === 0,
}))
