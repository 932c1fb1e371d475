/** @module Finds lists that a shop's rules leave empty. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import {
  type Asked,
  createItemTest,
  createRuleBook,
  type IsOffer,
} from '@nearside/core/rules/listRules.ts'
import { type Rule, readDate } from '@nearside/core/rules/rule.ts'
import { type Finding, findingsAbout } from './finding.ts'

const { warning, error } = findingsAbout('rules')

const LISTS = ['recommend', 'similar', 'boughtTogether'] as const

/**
 * An error for each empty list, on every page, at every time and in every context that the rules' conditions name.
 * @param items available items
 */
export function emptyLists(
  rules: readonly Rule[],
  items: readonly Item[],
  isOffer: IsOffer,
  now: number,
): Finding[] {
  const book = createRuleBook(rules, items, isOffer)
  const begins = rules.flatMap(({ when }) => readDate(when?.from)?.begin ?? [])
  const times = [now, ...begins.filter((begin) => begin > now)]
  const pages = [undefined, ...new Set(rules.flatMap(({ when }) => when?.page ?? []))]
  const named = new Map(rules.flatMap(({ when }) => Object.entries(when?.context ?? {})))
  const contexts: Asked['context'][] = [() => undefined, (name) => named.get(name)?.[0]]
  const kinds = rules.flatMap(({ when }) => {
    if (!when?.item) return []
    return items.find(createItemTest(when.item, undefined, isOffer)) ?? []
  })
  const found = new Set<string>()
  for (const list of LISTS)
    for (const page of pages)
      for (const time of times)
        for (const context of contexts)
          for (const about of [undefined, ...kinds]) {
            const ruled = book({ list, page, about, now: time, context })
            if (items.length === 0 || ruled.hidden.size < items.length - 1) continue
            if (items.some(({ id }) => !ruled.hidden.has(id) && id !== about?.id)) continue
            const hiding = items.flatMap(({ id }) => ruled.rulesOf(id).filter(hides))
            found.add([...new Set(hiding.map(({ name }) => `‘${name}’`))].join(' with '))
          }
  return [
    ...[...found].map((names) => error(`${names} leaves nothing to show: that list is empty.`)),
    ...rules.flatMap((rule) => lonely(rule, items, isOffer)),
  ]
}

const hides = (rule: Rule): boolean => 'hide' in rule || 'only' in rule

/**
 * Finds items for which an `only` rule with `same` leaves the list empty, because no other item has the same brand,
 * category or group.
 */
function lonely(rule: Rule, items: readonly Item[], isOffer: IsOffer): Finding[] {
  if (!('only' in rule) || !rule.only.same) return []
  const { same } = rule.only
  const keyOf = (item: Item) => JSON.stringify(same.map((group) => item[group] ?? null))
  const fits = createItemTest({ ...rule.only, same: [] }, undefined, isOffer)
  const families = groupBy(items.filter(fits), keyOf)
  const alone = items.filter(
    (item) =>
      same.every((group) => item[group] !== undefined) &&
      !families.get(keyOf(item))?.some(({ id }) => id !== item.id),
  )
  if (alone.length === 0) return []
  const all = same.join(' and ')
  return [
    warning(
      `‘${rule.name}’ empties the lists about ${alone.length} products, because no other product has the same ${all}, for example ${alone[0].id}.`,
    ),
  ]
}
