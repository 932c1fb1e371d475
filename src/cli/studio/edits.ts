/** @module Edits of a shop's rules that the studio's page makes, and their undo, as pure functions. */
import {
  itemsOf,
  type Rule,
  type RuleCondition,
  type RuleItems,
} from '@nearside/core/rules/rule.ts'

export type ListKind = 'recommend' | 'similar' | 'boughtTogether' | 'search'

/** List in which an edit is made, and the lists that the edit affects. */
export interface Place {
  readonly list: ListKind
  /** Id of the product that the list is about. */
  readonly about?: string
  readonly page?: string
  /** Query, for the result of a search; an edit there applies to this query alone. */
  readonly query?: string
  /** `here`: this list alone; `kind`: all lists of its kind; `all`: all lists. */
  readonly reach: 'here' | 'kind' | 'all'
}

/** Kinds of rules that act on products that a condition selects. */
const ACTS = ['hide', 'only', 'boost', 'bury', 'again', 'badge'] as const
export type Act = (typeof ACTS)[number]

type Rules = readonly Rule[]

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Condition under which an edit applies; undefined if it always applies. */
export function whenOf({ list, about, page, query, reach }: Place): RuleCondition | undefined {
  if (list === 'search') return { search: [query ?? ''] }
  if (reach === 'all') return undefined
  if (reach === 'kind') return { list: [list] }
  return { list: [list], ...(page && { page: [page] }), ...(about && { item: { id: [about] } }) }
}

/** Returns the rule with this `when`, or without `when` if there is no condition. */
export function conditional<T extends Rule>(rule: T, when: RuleCondition | undefined): T {
  const { when: _, name, ...rest } = rule
  return { name, ...(when && Object.keys(when).length > 0 && { when }), ...rest } as T
}

const isPinOf = (rule: Rule, id: string, place: Place) =>
  'pin' in rule && same(rule.pin, [id]) && same(rule.when, whenOf(place))

/** Whether a rule with exactly this place's condition pins exactly this product. */
export const isPinned = (rules: Rules, id: string, place: Place): boolean =>
  rules.some((rule) => isPinOf(rule, id, place))

/**
 * Moves a product to a position in a list and pins it there. The products between its old and its new position move by
 * one, also those that are pinned in this list. The new pin is put before other pins, because the first of several pins
 * for one position wins.
 * @param shown ids of the list as it is now
 * @param to 1-based
 */
export function pinAt(
  rules: Rules,
  shown: readonly string[],
  { id, name, to }: { readonly id: string; readonly name: string; readonly to: number },
  place: Place,
): Rules {
  const at = Math.max(1, Math.min(to, shown.length))
  const order = shown.filter((one) => one !== id)
  order.splice(at - 1, 0, id)
  const known = rules.find((rule) => isPinOf(rule, id, place))
  const others = rules.flatMap((rule) => {
    if (rule === known) return []
    const [pinned] = 'pin' in rule ? rule.pin : []
    const now = order.indexOf(pinned) + 1
    return now > 0 && isPinOf(rule, pinned, place) ? { ...rule, at: now } : rule
  })
  const own = conditional({ name: known?.name ?? `Pin: ${name}`, pin: [id], at }, whenOf(place))
  const first = others.findIndex((rule) => 'pin' in rule)
  return others.toSpliced(first < 0 ? others.length : first, 0, own)
}

export const unpin = (rules: Rules, id: string, place: Place): Rules =>
  rules.filter((rule) => !isPinOf(rule, id, place))

/** Factor of a boost or bury that somebody makes with one press. */
export const FACTOR = 3

const isSingle = (rule: Rule, act: Act, place: Place) =>
  act in rule && same(Object.keys(itemsOf(rule) ?? {}), ['id']) && same(rule.when, whenOf(place))

/** Whether a rule with exactly this place's condition has the effect `act` and names the product by its id. */
export const isActedOn = (rules: Rules, act: Act, id: string, place: Place): boolean =>
  rules.some((rule) => isSingle(rule, act, place) && itemsOf(rule)?.id?.includes(id))

const NAMES = { hide: 'Hidden', boost: 'Boosted', bury: 'Buried' } as const

/**
 * Hides, boosts or buries one product; if it has this effect already, removes the effect. Products with the same effect
 * at the same place share a rule. A product is boosted or buried, not both.
 */
export function toggle(rules: Rules, act: 'hide' | 'boost' | 'bury', id: string, place: Place) {
  const opposite = act === 'boost' ? 'bury' : act === 'bury' ? 'boost' : null
  const free = opposite ? withoutId(rules, opposite, id, place) : rules
  if (isActedOn(rules, act, id, place)) return withoutId(free, act, id, place)
  const at = free.findIndex((rule) => isSingle(rule, act, place))
  if (at < 0)
    return [
      ...free,
      conditional(newRule(act, { id: [id] }, NAMES[act], { by: FACTOR }), whenOf(place)),
    ]
  return free.with(at, withIds(free[at], act, [...(itemsOf(free[at])?.id ?? []), id]))
}

function withoutId(rules: Rules, act: Act, id: string, place: Place): Rules {
  return rules.flatMap((rule) => (isSingle(rule, act, place) ? dropId(rule, id) : rule))
}

const withIds = (rule: Rule, act: Act, id: readonly string[]) =>
  ({ ...rule, [act]: { ...itemsOf(rule), id } }) as Rule

/** Returns the rule without one of the products that it names; no rule if it names no other product. */
export function dropId(rule: Rule, id: string): readonly Rule[] {
  if ('pin' in rule) {
    const pin = rule.pin.filter((one) => one !== id)
    return pin.length > 0 ? [{ ...rule, pin }] : []
  }
  const act = ACTS.find((one) => one in rule)
  const items = itemsOf(rule)
  if (!act || !items?.id) return [rule]
  const left = items.id.filter((one) => one !== id)
  // A rule without its last id is removed; else its other conditions would select far more products.
  return left.length > 0 ? [withIds(rule, act, left)] : []
}

export function newRule(
  act: Act,
  items: RuleItems,
  name: string,
  {
    by,
    text,
  }: {
    /** Factor of a boost or bury. */
    readonly by?: number
    readonly text?: string
  },
): Rule {
  const isWeighed = act === 'boost' || act === 'bury'
  return { name, [act]: items, ...(isWeighed && { by }), ...(act === 'badge' && { text }) } as Rule
}

/** Returns the rule with other days of beginning and end; an empty day removes that limit. */
export function scheduled(rule: Rule, days: { readonly from: string; readonly until: string }) {
  const { from: _, until: __, ...rest } = rule.when ?? {}
  const { from, until } = days
  return conditional(rule, { ...rest, ...(from && { from }), ...(until && { until }) })
}

export interface Edited<T> {
  readonly past: readonly T[]
  readonly now: T
  readonly future: readonly T[]
}

export const begin = <T>(now: T): Edited<T> => ({ past: [], now, future: [] })

const MOST_UNDONE = 200

/** Adds a change as a step that can be undone. A change without effect adds no step. */
export const change = <T>({ past, now, future }: Edited<T>, next: T): Edited<T> =>
  same(now, next)
    ? { past, now, future }
    : { past: [...past, now].slice(-MOST_UNDONE), now: next, future: [] }

export const undo = <T>({ past, now, future }: Edited<T>): Edited<T> =>
  past.length === 0
    ? { past, now, future }
    : { past: past.slice(0, -1), now: past[past.length - 1], future: [now, ...future] }

export const redo = <T>({ past, now, future }: Edited<T>): Edited<T> =>
  future.length === 0
    ? { past, now, future }
    : { past: [...past, now], now: future[0], future: future.slice(1) }
