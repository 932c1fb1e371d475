/** @module What is asked of whom: the tested shoppers and their cases. Refuses what gives no interval. */
import { NearsideError } from '../core/error.ts'
import { buildCases, type ShopperHistory } from '../core/features/cases.ts'
import type { Case, History, Interaction } from '../core/features/history.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import type { ServerKnows } from './owner/knowledge.ts'

/** `personal`: every case from `until` on. `leave-one-out`: each shopper's last case. */
export type Protocol = 'personal' | 'leave-one-out'

/** Where a device's history begins: with the tested days, as in a browser that comes then, or with the log. */
export type HistoryFrom = 'install' | 'beginning'

/** What is predicted: orders alone, or whatever a shopper turns to. */
export type Target = 'purchase' | 'any'

export interface AskedCase extends Case {
  /** Those of the targets that were bought; in a log without purchases, all. */
  readonly bought: readonly number[]
}

/** Whether a log holds purchases, and whether it holds anything else. */
interface EventKinds {
  readonly purchases: boolean
  readonly others: boolean
}

export interface EvaluationInput {
  readonly model: BaseModel
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly isHeldOut: (shopper: string) => boolean
  /** Whose cases are asked for; absent: of those held out. */
  readonly isTested?: (shopper: string) => boolean
  /** Milliseconds since the epoch; training saw nothing at or after it. */
  readonly until: number
  readonly protocol: Protocol
  readonly historyFrom: HistoryFrom
  readonly target: Target
  readonly kinds: EventKinds
  readonly serverKnows: ServerKnows
  readonly seed: number
}

/** What decides which cases there are; known before any model. */
type CaseSelection = Pick<
  EvaluationInput,
  'shoppers' | 'dayOnly' | 'isHeldOut' | 'isTested' | 'until' | 'protocol' | 'target' | 'kinds'
>

/** An interval over fewer shoppers than this says nothing. */
export const LEAST_SHOPPERS = 10

/**
 * The cases of each held-out shopper who has any.
 * @throws NearsideError `input-invalid` where they are too few to say anything.
 */
export function selectCases(selection: CaseSelection): (readonly AskedCase[])[] {
  const { shoppers, isHeldOut, isTested = isHeldOut, until, protocol, target } = selection
  const held = shoppers.filter(({ id }) => isTested(id))
  if (shoppers.every(({ id }) => isHeldOut(id)))
    throw new NearsideError(
      'input-invalid',
      'every shopper is held out: none is left to learn from',
    )
  const selected = held
    .map((shopper) => {
      if (protocol === 'personal') return casesOf(selection, shopper, until)
      const last = casesOf(selection, shopper, Number.NEGATIVE_INFINITY).slice(1).slice(-1)
      // Whoever taught the model may be asked only for what it has not seen.
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

/** A shopper's cases from a time on, of what is asked. */
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
  // Not a spread: that would cut every history now.
  return asked.map((one) => Object.assign(one, { bought: boughtIn(one) }))
}

export function kindsOf(shoppers: readonly ShopperHistory[]): EventKinds {
  return {
    purchases: shoppers.some(({ interactions }) => interactions.some(isPurchase)),
    others: shoppers.some(({ interactions }) => interactions.some((one) => !isPurchase(one))),
  }
}

export const isPurchase = ({ name }: Interaction) => name === 'purchase'

/** What those did whom training saw. */
export function trainingHistories({
  shoppers,
  isHeldOut,
}: Pick<EvaluationInput, 'shoppers' | 'isHeldOut'>): History[] {
  return shoppers.filter(({ id }) => !isHeldOut(id)).map(({ interactions }) => interactions)
}

export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
