/**
 * @module Features of the current context. A model has only the context features that helped on its shop's log, so each
 * is computed as a column of its own.
 */
import { eventStrength } from '../../events/strength.ts'
import type { History } from '../history.ts'
import type { ItemStatistics } from '../itemStatistics.ts'
import type { ContextSource } from './context.ts'
import { contextValue } from './contextValue.ts'

/**
 * Form of a context feature.
 * - `lift`: demand in the current context relative to the demand at all times.
 * - `habit`: how often the current context holds in the shopper's visits with the item, relative to all their visits.
 * - `discount`: logarithm of usual price ÷ current price.
 * - `…Touched`: the same value for items with which the shopper interacted before; 0 for other items.
 */
type ContextForm = 'lift' | 'habit' | 'liftTouched' | 'discount' | 'discountTouched'

export interface ContextFeature {
  readonly name: string
  /** Kind of context; `price` for discounts. */
  readonly kind: string
  readonly form: ContextForm
}

/** Kind of the discount features, which come from the current prices, not from counted demand. */
export const PRICE_KIND = 'price'

function contextFeaturesOf(kind: string): readonly ContextFeature[] {
  if (kind === PRICE_KIND)
    return [
      { name: 'discount', kind, form: 'discount' },
      { name: 'discountTouched', kind, form: 'discountTouched' },
    ]
  return [
    { name: `${kind}Lift`, kind, form: 'lift' },
    { name: `${kind}Habit`, kind, form: 'habit' },
    { name: `${kind}LiftTouched`, kind, form: 'liftTouched' },
  ]
}

export function contextCandidates(kinds: readonly string[]): readonly ContextFeature[] {
  return [...kinds, PRICE_KIND].flatMap(contextFeaturesOf)
}

export function contextFeature(name: string): ContextFeature | undefined {
  const kind = /^([a-z][a-z0-9_]*)(?:Lift|Habit|LiftTouched)$/.exec(name)?.[1] ?? PRICE_KIND
  return contextFeaturesOf(kind).find((feature) => feature.name === name)
}

/**
 * Raw values of the features for one shopper; one column [N] per feature.
 * @param now milliseconds since the epoch; entries of the history after `now` are ignored
 */
export function computeContext(
  features: readonly ContextFeature[],
  statistics: ItemStatistics,
  history: History,
  now: number,
  contexts: ContextSource,
): Float32Array<ArrayBuffer>[] {
  const past = history.filter(({ name, time }) => time <= now && eventStrength(name) > 0)
  const touched = new Set(past.map(({ item }) => item))
  const copied = (values: Float32Array | null) => {
    const column = new Float32Array(statistics.items)
    if (values) column.set(values.subarray(0, column.length))
    return column
  }
  const onlyTouched = (values: Float32Array | null) => {
    const column = new Float32Array(statistics.items)
    if (values) for (const item of touched) column[item] = values[item]
    return column
  }
  return features.map(({ kind, form }) => {
    if (form === 'habit') return habits(statistics.items, kind, past, now, contexts)
    const isPrice = kind === PRICE_KIND
    const values = isPrice ? contexts.discountsAt(now) : liftsNow(statistics, kind, now, contexts)
    return form.endsWith('Touched') ? onlyTouched(values) : copied(values)
  })
}

function liftsNow(
  { context = [], items }: ItemStatistics,
  kind: string,
  now: number,
  contexts: ContextSource,
): Float32Array | null {
  const table = context.find((one) => one.kind === kind)
  const value = contextValue(kind, now, contexts)
  const row = table && value !== undefined ? table.values.indexOf(value) : -1
  return table && row >= 0 ? table.lifts.subarray(row * items, (row + 1) * items) : null
}

/**
 * For each item, the logarithm of a ratio: the share of the shopper's visits with the item in which the current context
 * holds, divided by the same share of all their visits. One average visit, added to those with the item, shrinks the
 * ratio towards 1.
 */
function habits(
  items: number,
  kind: string,
  past: History,
  now: number,
  contexts: ContextSource,
): Float32Array<ArrayBuffer> {
  const column = new Float32Array(items)
  const current = contextValue(kind, now, contexts)
  if (current === undefined) return column
  const isCurrent = new Map<string, boolean>()
  const visits = new Map<number, Set<string>>()
  for (const { item, session, time } of past) {
    if (!isCurrent.has(session))
      isCurrent.set(session, contextValue(kind, time, contexts) === current)
    const known = visits.get(item)
    if (known) known.add(session)
    else visits.set(item, new Set([session]))
  }
  let inValue = 0
  for (const is of isCurrent.values()) if (is) inValue++
  const share = (inValue + 1) / (isCurrent.size + 2)
  for (const [item, sessions] of visits) {
    let own = 0
    for (const session of sessions) if (isCurrent.get(session)) own++
    column[item] = Math.log((own + share) / (sessions.size * share + share))
  }
  return column
}

/** Code that computes context features; it is loaded only for models that have such features. */
export interface ContextCode {
  readonly compute: typeof computeContext
  readonly valueAt: typeof contextValue
}

export const CONTEXT_CODE: ContextCode = { compute: computeContext, valueAt: contextValue }
