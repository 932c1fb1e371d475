/** @module Selects the shop's rules that apply to a list, and computes their effect. */
import type { Item } from '../catalog/item.ts'
import { itemsOf, type Rule, type RuleCondition, type RuleItems, readDate } from './rule.ts'

/** Circumstances of a list, which decide which rules apply. */
export interface Asked {
  readonly list: NonNullable<RuleCondition['list']>[number] | 'search'
  /** Whether the search's query means the same as one of `queries`; for a search only. */
  readonly isFor?: (queries: readonly string[]) => boolean
  readonly page?: string
  /** Item that the list is about. */
  readonly about?: Item
  /** Current time in milliseconds since the epoch. */
  readonly now: number
  /** Returns the current value of a context from the shop or the clock; undefined if unknown. */
  readonly context: (name: string) => string | undefined
}

export interface Pin {
  readonly item: Item
  /** 1-based place of the rule's first item, which the rule's other items follow. */
  readonly at: number
  readonly rule: string
}

/** Maximum number of items of one group, as long as items of other groups remain. */
export interface GroupLimit {
  readonly per: 'brand' | 'category' | 'groupId'
  readonly most: number
}

export interface ListRules {
  /** Ids of items that the list must leave out. */
  readonly hidden: ReadonlySet<string>
  /** Logarithm of the factor by which the rules multiply an item's odds, by item id. */
  readonly lifts: ReadonlyMap<string, number>
  /** Pinned items that lists may show. */
  readonly pins: readonly Pin[]
  readonly limits: readonly GroupLimit[]
  /** Page to which a rule leads instead of showing the search's result. */
  readonly redirect: string | undefined
  /** Ids of consumables (rules with `again`), which lists can recommend again. */
  readonly again: ReadonlySet<string>
  /** Item id → badge that its card shows instead of the catalog's. */
  readonly badges: ReadonlyMap<string, string>
  rulesOf(id: string): readonly Rule[]
}

/** Maximum number of combinations of rules whose effect is cached. */
const MOST_KEPT = 50

/** Returns a function that gives the rules' effect on a list, and the same object while the same rules apply. */
export function createRuleBook(
  rules: readonly Rule[],
  items: readonly Item[],
  isOffer: IsOffer,
): (asked: Asked) => ListRules {
  const kept = new Map<string, ListRules>()
  return (asked) => {
    const active = rules.filter((rule) => holds(rule, asked, isOffer))
    const about = active.some((rule) => itemsOf(rule)?.same) ? asked.about : undefined
    const key = JSON.stringify([active.map((rule) => rules.indexOf(rule)), about?.id])
    const made = kept.get(key) ?? combine(active, items, about, isOffer)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, made)
    return made
  }
}

function holds(rule: Rule, asked: Asked, isOffer: IsOffer): boolean {
  const { list, page, about, now, context, isFor = () => false } = asked
  const { when = {} } = rule
  if (list === 'search' || when.search) {
    if (!isFor(when.search ?? [])) return false
  } else if (when.list && !when.list.includes(list)) return false
  // `rerank` shows every item that the page passes, so no rule can remove items from it.
  if (list === 'rerank' && ('hide' in rule || 'only' in rule || 'atMost' in rule)) return false
  const same = itemsOf(rule)?.same ?? []
  if (same.some((group) => about?.[group] === undefined)) return false
  if (when.page && !when.page.includes(page ?? '')) return false
  if (when.item && !(about && createItemTest(when.item, about, isOffer)(about))) return false
  if (when.from && now < (readDate(when.from)?.begin ?? 0)) return false
  if (when.until && now >= (readDate(when.until)?.end ?? 0)) return false
  return Object.entries(when.context ?? {}).every(([name, values]) =>
    values.includes(context(name) ?? ''),
  )
}

function combine(
  rules: readonly Rule[],
  items: readonly Item[],
  about: Item | undefined,
  isOffer: IsOffer,
): ListRules {
  const byId = new Map(items.map((item) => [item.id, item]))
  const hidden = new Set<string>()
  const again = new Set<string>()
  const badges = new Map<string, string>()
  const lifts = new Map<string, number>()
  const tests = new Map<Rule, ItemTest>()
  for (const rule of rules) {
    const wanted = itemsOf(rule)
    if (!wanted) continue
    const matches = createItemTest(wanted, about, isOffer)
    const acts: ItemTest = 'only' in rule ? (item) => !matches(item) : matches
    tests.set(rule, acts)
    const lift = 'boost' in rule ? Math.log(rule.by) : 'bury' in rule ? -Math.log(rule.by) : 0
    for (const { id } of items.filter(acts)) {
      if (lift !== 0) lifts.set(id, (lifts.get(id) ?? 0) + lift)
      else if ('again' in rule) again.add(id)
      else if ('badge' in rule) badges.set(id, badges.get(id) ?? rule.text)
      else hidden.add(id)
    }
  }
  const pins = rules.flatMap((rule) => {
    if (!('pin' in rule)) return []
    const pinned = [...new Set(rule.pin)].flatMap(
      (id) => byId.get(id) ?? items.find(({ groupId }) => groupId === id) ?? [],
    )
    const shown = pinned.filter(({ id }) => !hidden.has(id))
    return shown.map((item) => ({ item, at: rule.at ?? 1, rule: rule.name }))
  })
  const limits = rules.flatMap((rule) =>
    'atMost' in rule ? [{ per: rule.per, most: rule.atMost }] : [],
  )
  const leading = rules.find((rule) => 'redirect' in rule)
  return {
    ...{ again, badges, hidden, lifts, limits, pins, redirect: leading?.redirect },
    rulesOf(id) {
      const item = byId.get(id)
      if (!item) return []
      const { groupId = id } = item
      return rules.filter(
        (rule) =>
          tests.get(rule)?.(item) ||
          ('pin' in rule && (rule.pin.includes(id) || rule.pin.includes(groupId))),
      )
    },
  }
}

type ItemTest = (item: Item) => boolean

/** Whether an item costs less than usual. */
export type IsOffer = (id: string) => boolean

export function createItemTest(
  { offer, same = [], attributes = {}, ...fields }: RuleItems,
  about: Item | undefined,
  isOffer: IsOffer,
): ItemTest {
  const tests = Object.entries(attributes).map(([name, wanted]) => {
    const matches = createValueTest(wanted)
    return ({ attributes = {} }: Item) =>
      Object.hasOwn(attributes, name) && matches(attributes[name])
  })
  for (const field of ['id', 'brand', 'category', 'groupId', 'price'] as const) {
    const wanted = fields[field]
    if (!wanted) continue
    const matches = createValueTest(wanted)
    // A `groupId` among the ids stands for its variants.
    tests.push((item) => matches(item[field]) || (field === 'id' && matches(item.groupId)))
  }
  for (const group of same)
    tests.push((item) => item[group] !== undefined && item[group] === about?.[group])
  if (offer !== undefined) tests.push(({ id }) => isOffer(id) === offer)
  return (item) => tests.every((test) => test(item))
}

function createValueTest(
  wanted: NonNullable<RuleItems['attributes']>[string],
): (value: unknown) => boolean {
  if ('length' in wanted) {
    const known = new Set<unknown>(wanted)
    return (value) =>
      Array.isArray(value) ? value.some((one) => known.has(one)) : known.has(value)
  }
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = wanted
  return (value) => typeof value === 'number' && value >= from && value <= to
}

/** 1-based place in a list → pinned entry. */
type Places<T> = ReadonlyMap<number, T>

/** Assigns up to `limit` places to pins. If two pins want the same place, the earlier pin gets it. */
export function placePins(pins: readonly Pin[], limit: number): Places<Pin> {
  const places = new Map<number, Pin>()
  const placed = new Set<string>()
  for (const pin of pins) {
    if (placed.has(pin.item.id)) continue
    let { at } = pin
    while (places.has(at)) at++
    if (at > limit) continue
    places.set(at, pin)
    placed.add(pin.item.id)
  }
  return new Map([...places].sort(([a], [b]) => a - b))
}

/** Inserts pinned entries at their places, or at the end of a shorter list. */
export function withPins<T>(list: readonly T[], pinned: Places<T>, limit: number): T[] {
  const all = [...list]
  for (const [place, one] of pinned) all.splice(place - 1, 0, one)
  return all.slice(0, limit)
}

/** Converts a place in the list without pinned entries to the place in the list with them. */
export function placeBeside(place: number, pinned: Places<unknown>): number {
  let beside = place
  for (const taken of pinned.keys()) if (taken <= beside) beside++
  return beside
}
