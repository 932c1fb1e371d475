/** @module Test cases of the next different product, and arms that only look at the history. */
import { SESSION_GAP } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import { buildCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Case, History } from '@nearside/core/features/history.ts'
import type { RowCase } from '@nearside/evaluate/rows.ts'
import { foldOf } from '@nearside/train/holdout.ts'
import { atHand, columnOf, STATE_COUNT } from './state.ts'

export const HALVES = [0, 1] as const

/** Seed of the halves; the hold-out uses the model's seed, so the halves are independent of it. */
const HALVES_SEED = 7

export interface NextCase extends Case {
  readonly half: number
  readonly seen: ReadonlySet<number>
  /** Number of looks in the visit so far; 0 at its start. */
  readonly depth: number
  /** Whether the shopper has events before the tested time. */
  readonly returns: boolean
}

export interface AskedRow extends RowCase, Pick<NextCase, 'depth' | 'returns'> {}

/** Cases of shoppers with a history, with their targets without the product at hand. */
export function nextDifferent(shopper: ShopperHistory, dayOnly: boolean, from: number): NextCase[] {
  return buildCases(shopper, dayOnly, from).flatMap((one) => {
    const { time, history } = one
    const last = atHand(history)
    const targets = one.targets.filter((target) => target !== last)
    if (last < 0 || targets.length === 0) return []
    return [
      {
        ...{ shopper: one.shopper, time, history, targets },
        half: foldOf(one.shopper, HALVES.length, HALVES_SEED),
        seen: new Set(history.map(({ item }) => item)),
        depth: depthOf(history, time),
        returns: history[0].time < from,
      },
    ]
  })
}

function depthOf(history: History, now: number): number {
  let depth = 0
  let next = now
  for (let k = history.length - 1; k >= 0 && next - history[k].time <= SESSION_GAP; k--) {
    next = history[k].time
    if (eventStrength(history[k].name) > 0) depth++
  }
  return depth
}

/** Products in the order of their last look, then by popularity. */
export function lastViewed({ history }: Case, popularity: Float32Array): Float32Array {
  const out = popularity.slice()
  let place = 0
  for (const { item, name } of history) if (eventStrength(name) > 0) out[item] = 2 + place++
  return out
}

/** What is popular in category and brand of the last six products; then popularity. */
export function popularInIntent(state: Float32Array, popularity: Float32Array): Float32Array {
  const column = columnOf('bothPopular')
  return popularity.map((share, i) => state[i * STATE_COUNT + column] + 1e-3 * share)
}
