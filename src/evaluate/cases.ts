/** @module Selects the tested shoppers and their test cases. Rejects selections too small for an interval. */
import { NearsideError } from '@nearside/core/error.ts'
import { SESSION_GAP } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import { buildCases, firstAtOrAfter, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Case, History, Interaction } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { ServerKnows } from './owner/knowledge.ts'

/** `personal`: every case from `until` on. `leave-one-out`: each shopper's last case. */
export type Protocol = 'personal' | 'leave-one-out'

/** Start of a device's history: the first tested day (`install`), or the start of the log. */
export type HistoryFrom = 'install' | 'beginning'

/** Events to predict: orders only, or any event. */
export type Target = 'purchase' | 'any'

export interface AskedCase extends Case {
  /** Targets that were bought; in a log without purchases, all targets. */
  readonly bought: readonly number[]
  /** Item that the shopper turned to last in the same visit; null at the start of a visit. */
  readonly atHand: number | null
  /** Place of the case in its visit, from 1: the number of earlier events of interest, plus one. */
  readonly place: number
}

/** Whether a log has purchases, and whether it has other events. */
interface EventKinds {
  readonly purchases: boolean
  readonly others: boolean
}

export interface EvaluationInput {
  readonly model: BaseModel
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly isHeldOut: (shopper: string) => boolean
  /** Selects the tested shoppers; absent: all held-out shoppers. */
  readonly isTested?: (shopper: string) => boolean
  /** Exclusive training limit, milliseconds since the epoch. */
  readonly until: number
  readonly protocol: Protocol
  readonly historyFrom: HistoryFrom
  readonly target: Target
  readonly kinds: EventKinds
  readonly serverKnows: ServerKnows
  readonly seed: number
}

/** Options that select the test cases; known before any model. */
type CaseSelection = Pick<
  EvaluationInput,
  'shoppers' | 'dayOnly' | 'isHeldOut' | 'isTested' | 'until' | 'protocol' | 'target' | 'kinds'
>

/** Fewest shoppers for a meaningful interval. */
export const LEAST_SHOPPERS = 10

/**
 * Test cases of each held-out shopper who has any.
 * @throws NearsideError `input-invalid` where there are too few.
 */
export function selectCases(selection: CaseSelection): (readonly AskedCase[])[] {
  const { shoppers, isHeldOut, isTested = isHeldOut, until, protocol, target } = selection
  const held = shoppers.filter(({ id }) => isTested(id))
  if (shoppers.every(({ id }) => isHeldOut(id)))
    throw new NearsideError(
      'input-invalid',
      'every shopper is held out, so nobody is left to train on: choose a smaller --holdout',
    )
  const selected = held
    .map((shopper) => {
      if (protocol === 'personal') return casesOf(selection, shopper, until)
      const last = casesOf(selection, shopper, Number.NEGATIVE_INFINITY).slice(1).slice(-1)
      // A training shopper may be tested only on events that training has not seen.
      return last.filter(({ time }) => time >= until || isHeldOut(shopper.id))
    })
    .filter((cases) => cases.length > 0)
  if (selected.length < LEAST_SHOPPERS) {
    const who = shoppers.some(({ id }) => isHeldOut(id)) ? 'held-out shoppers' : 'shoppers'
    const event = target === 'any' ? 'an event' : 'a purchase'
    const wanted = protocol === 'personal' ? `${event} from ${isoDay(until)} on` : 'two cases'
    throw new NearsideError(
      'input-invalid',
      `${selected.length} of ${held.length} ${who} have ${wanted}; at least ${LEAST_SHOPPERS} are needed for an interval: choose an earlier --until or a larger --holdout`,
    )
  }
  return selected
}

/** A shopper's test cases from a time on, for the chosen target. */
export function casesOf(
  { dayOnly, target, kinds }: Pick<EvaluationInput, 'dayOnly' | 'target' | 'kinds'>,
  shopper: ShopperHistory,
  from: number,
): AskedCase[] {
  const orders = buildCases(shopper, dayOnly, from, isPurchase)
  const asked = target === 'any' ? buildCases(shopper, dayOnly, from) : orders
  const bought = new Map(orders.map(({ time, targets }) => [time, targets]))
  const boughtIn = ({ time, targets }: Case) =>
    kinds.purchases ? (bought.get(time) ?? []) : targets
  // Assign to the object: a spread would build every history now.
  return asked.map((one) =>
    Object.assign(one, { bought: boughtIn(one), ...visitBefore(shopper.interactions, one.time) }),
  )
}

/** State of the visit before a time; a visit ends after half an hour without an event. */
function visitBefore(interactions: History, time: number): Pick<AskedCase, 'atHand' | 'place'> {
  let [atHand, place, next]: [number | null, number, number] = [null, 1, time]
  for (let k = firstAtOrAfter(interactions, time) - 1; k >= 0; k--) {
    const one = interactions[k]
    if (next - one.time > SESSION_GAP) break
    next = one.time
    if (eventStrength(one.name) === 0) continue
    atHand ??= one.item
    place++
  }
  return { atHand, place }
}

export function kindsOf(shoppers: readonly ShopperHistory[]): EventKinds {
  return {
    purchases: shoppers.some(({ interactions }) => interactions.some(isPurchase)),
    others: shoppers.some(({ interactions }) => interactions.some((one) => !isPurchase(one))),
  }
}

export const isPurchase = ({ name }: Interaction) => name === 'purchase'

/** Histories of the shoppers that training saw. */
export function trainingHistories({
  shoppers,
  isHeldOut,
}: Pick<EvaluationInput, 'shoppers' | 'isHeldOut'>): History[] {
  return shoppers.filter(({ id }) => !isHeldOut(id)).map(({ interactions }) => interactions)
}

export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
