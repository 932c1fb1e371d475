/** @module Selects the tested shoppers and their test cases. */
import { invalidInput } from '@nearside/core/error.ts'
import {
  buildCases,
  isTestCase,
  type NextCase,
  nextCases,
  type ShopperHistory,
  type Wanted,
} from '@nearside/core/features/cases.ts'
import type { Case, History, Interaction } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import type { ServerKnows } from './owner/knowledge.ts'

/** Tested cases. `personal`: every case at or after the time `until`. `leave-one-out`: each shopper's last case. */
export type Protocol = 'personal' | 'leave-one-out'

/** Start of a device's history: the first tested day (`install`), or the start of the log. */
export type HistoryFrom = 'install' | 'beginning'

/** Events to predict: only orders, or any event. */
export type Target = 'purchase' | 'any'

export interface AskedCase extends NextCase {
  /** Purchased items, even the one that the shopper was viewing; in a log without purchases, equal to `next`. */
  readonly bought: Wanted
}

export interface EvaluationInput {
  readonly model: BaseModel
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly isHeldOut: (shopper: string) => boolean
  /** Selects the tested shoppers among the held-out shoppers; default: all of them. */
  readonly isTested?: (shopper: string) => boolean
  /** End of the training data, exclusive, milliseconds since the epoch. */
  readonly until: number
  readonly protocol: Protocol
  readonly historyFrom: HistoryFrom
  readonly target: Target
  /** Kinds of events that the log has. */
  readonly kinds: ReturnType<typeof kindsOf>
  readonly serverKnows: ServerKnows
  readonly seed: number
}

/** Options that select the test cases. None depends on a model. */
type CaseSelection = Pick<
  EvaluationInput,
  'shoppers' | 'dayOnly' | 'isHeldOut' | 'isTested' | 'until' | 'protocol' | 'target' | 'kinds'
>

/** Fewest shoppers for a meaningful interval. */
export const LEAST_SHOPPERS = 10

/** Cases of each tested shopper who has a test case. @throws NearsideError `input-invalid` with too few shoppers */
export function selectCases(selection: CaseSelection): (readonly AskedCase[])[] {
  const { shoppers, isHeldOut, isTested = isHeldOut, until, protocol, target } = selection
  const held = shoppers.filter(({ id }) => isTested(id))
  if (shoppers.every(({ id }) => isHeldOut(id)))
    throw invalidInput(
      'every shopper is held out, so nobody is left to train on: choose a smaller --holdout',
    )
  const selected = held
    .map((shopper) => {
      if (protocol === 'personal') return casesOf(selection, shopper, until)
      const all = casesOf(selection, shopper, Number.NEGATIVE_INFINITY).filter(isTestCase)
      const last = all.slice(1).slice(-1)
      // A training shopper is tested only on events that training has not seen.
      return last.filter(({ time }) => time >= until || isHeldOut(shopper.id))
    })
    .filter((cases) => cases.some(isTestCase))
  if (selected.length < LEAST_SHOPPERS) {
    const who = shoppers.some(({ id }) => isHeldOut(id)) ? 'held-out shoppers' : 'shoppers'
    const event = target === 'any' ? 'an event' : 'a purchase'
    const wanted = protocol === 'personal' ? `${event} from ${formatDay(until)} on` : 'two cases'
    throw invalidInput(
      `${selected.length} of ${held.length} ${who} have ${wanted}; at least ${LEAST_SHOPPERS} are needed for an interval: choose an earlier --until or a larger --holdout`,
    )
  }
  return selected
}

/**
 * A shopper's cases from a time on, for the chosen target. An event about the product that the shopper is already
 * viewing isn't tested, so its `next` has no target; but the device's guard, which decides whether the personal model
 * may change lists, observes that event, too.
 */
export function casesOf(
  { dayOnly, target, kinds }: Pick<EvaluationInput, 'dayOnly' | 'target' | 'kinds'>,
  shopper: ShopperHistory,
  from: number,
): AskedCase[] {
  const all = ({ targets }: Pick<Case, 'targets'>): Wanted => ({ targets, hidden: null })
  const orders = buildCases(shopper, dayOnly, from, isPurchase).map((one) =>
    Object.assign(one, { next: all(one), bought: all(one), place: 1 }),
  )
  if (target === 'purchase') return orders
  const ordered = new Map(orders.map((one) => [one.time, one.bought]))
  return nextCases(shopper, dayOnly, from).map((one) => {
    const bought = ordered.get(one.time) ?? all({ targets: [] })
    return Object.assign(one, { bought: kinds.purchases ? bought : one.next })
  })
}

export function kindsOf(shoppers: readonly ShopperHistory[]) {
  return {
    purchases: shoppers.some(({ interactions }) => interactions.some(isPurchase)),
    others: shoppers.some(({ interactions }) => interactions.some((one) => !isPurchase(one))),
  }
}

export const isPurchase = ({ name }: Interaction) => name === 'purchase'

export function trainingHistories({
  shoppers,
  isHeldOut,
}: Pick<EvaluationInput, 'shoppers' | 'isHeldOut'>): History[] {
  return shoppers.filter(({ id }) => !isHeldOut(id)).map(({ interactions }) => interactions)
}
