/** @module Shows what a shop's rules do to its catalog, and what prevents them from working as written. */
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { discountOf } from '@nearside/core/model/prices.ts'
import {
  type Asked,
  createItemTest,
  createRuleBook,
  type IsOffer,
} from '@nearside/core/rules/listRules.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import { itemsOf, type Rule, type RuleItems, readDate } from '@nearside/core/rules/rule.ts'
import { type Finding, failed, findingsAbout, listed } from './finding.ts'

const { ok, warning, error } = findingsAbout('rules')

/**
 * @param given content of `rules.json`
 * @param catalog all products; null without them: then only the rules' form is checked
 * @param model model for rules about offers; null without a model
 * @param now milliseconds since the epoch
 * @returns an error for each rule that devices ignore or that has no effect, and a line for each other rule
 * @throws NearsideError `rules-invalid` if `given` isn't an array of rules
 */
export function ruleFindings(
  given: unknown,
  catalog: Catalog | null,
  model: BaseModel | null,
  now: number,
): Finding[] {
  const { rules, faults } = parseRules(given)
  const wrong = faults.map((fault) => error(`${fault}: devices ignore this rule; fix it.`))
  if (!catalog) return wrong
  const isOffer = offersOf(model, catalog)
  const shown = catalog.items.filter(({ available }) => available !== false)
  return [
    ...wrong,
    ...rules.flatMap((rule) => [
      ...unknown(rule, catalog),
      ...dates(rule, now),
      ...(!model && itemsOf(rule)?.offer !== undefined
        ? [warning(`‘${rule.name}’ uses offers, which only a model knows: give one.`)]
        : acts(rule, catalog, shown, isOffer)),
    ]),
    ...emptyLists(rules, shown, isOffer, now),
  ]
}

/** Recognises offers: products that cost less than the price that the model knows. */
function offersOf(model: BaseModel | null, catalog: Catalog): IsOffer {
  if (!model) return () => false
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  return (id) => discountOf(model, catalog, rows.get(id) ?? -1) > 0
}

/** Finds ids, names and values that no product has, because they are mistyped or outdated. */
function unknown(rule: Rule, catalog: Catalog): Finding[] {
  const asked = [itemsOf(rule), rule.when?.item].filter((one) => one != null)
  const ids = [...asked.flatMap(({ id = [] }) => id), ...('pin' in rule ? rule.pin : [])]
  const families = new Set(catalog.items.map(({ groupId }) => groupId))
  const gone = ids.filter((id) => catalog.get(id) === undefined && !families.has(id))
  return [
    ...failed(
      gone.length === 0 || warning(`‘${rule.name}’ names ${listed(gone)}: not in the catalog.`),
    ),
    ...asked.flatMap((wanted) => unknownValues(rule, wanted, catalog.items)),
  ]
}

function unknownValues({ name }: Rule, wanted: RuleItems, items: readonly Item[]): Finding[] {
  const fields = (['brand', 'category', 'groupId'] as const).flatMap((field) => {
    const values = wanted[field]
    return values ? [[field, values, (item: Item) => item[field]] as const] : []
  })
  const attributes = Object.entries(wanted.attributes ?? {}).map(
    ([key, values]) => [key, values, (item: Item) => item.attributes?.[key]] as const,
  )
  return [...fields, ...attributes].flatMap(([field, values, read]) => {
    const has = new Set<unknown>(items.flatMap((item) => read(item) ?? []))
    if (has.size === 0)
      return [error(`‘${name}’ uses ${field}, which no product has: correct the name.`)]
    if (!('length' in values)) return []
    const gone = values.filter((value) => !has.has(value)).map(String)
    return failed(
      gone.length === 0 ||
        warning(`‘${name}’ names ${listed(gone)}: no product has that as ${field}.`),
    )
  })
}

function dates({ name, when = {} }: Rule, now: number): Finding[] {
  const end = readDate(when.until)?.end ?? Number.POSITIVE_INFINITY
  if ((readDate(when.from)?.begin ?? 0) >= end)
    return [error(`‘${name}’ ends before it begins, so it never applies.`)]
  return end > now ? [] : [warning(`‘${name}’ ended with ${when.until}: remove it.`)]
}

const DOES = {
  hide: 'hides',
  only: 'keeps only',
  boost: 'lifts',
  bury: 'lowers',
  again: 'offers again',
  badge: 'gives a badge to',
} as const

/** Describes the products that a rule affects. */
function acts(rule: Rule, catalog: Catalog, shown: readonly Item[], isOffer: IsOffer): Finding[] {
  const { name } = rule
  if ('redirect' in rule) return [ok(`‘${name}’ leads to ${rule.redirect}.`)]
  if ('atMost' in rule) {
    const groups = groupBy(shown, (item) => item[rule.per])
    groups.delete(undefined)
    const large = [...groups.values()].filter(({ length }) => length > rule.atMost).length
    if (large > 0)
      return [ok(`‘${name}’ limits ${large} groups that have more than ${rule.atMost} products.`)]
    return [error(`‘${name}’ does nothing: no ${rule.per} has more than ${rule.atMost} products.`)]
  }
  const wanted = itemsOf(rule)
  const test = wanted && createItemTest({ ...wanted, same: [] }, undefined, isOffer)
  const pinned = new Set('pin' in rule ? rule.pin : [])
  const matches = test ?? (({ id, groupId = id }: Item) => pinned.has(id) || pinned.has(groupId))
  const touched = shown.filter(matches)
  const does = (Object.keys(DOES) as (keyof typeof DOES)[]).find((kind) => kind in rule)
  const same = wanted?.same ? ` of the same ${wanted.same.join(' and ')} as the list’s product` : ''
  const ids = listed(touched.map(({ id }) => id))
  if (touched.length > 0)
    return [ok(`‘${name}’ ${does ? DOES[does] : 'pins'} ${touched.length}${same}: ${ids}.`)]
  return catalog.items.some(matches)
    ? [warning(`‘${name}’ matches only products that are sold out.`)]
    : [error(`‘${name}’ matches no product of the catalog: fix or remove it.`)]
}

const LISTS = ['recommend', 'similar', 'boughtTogether'] as const

/**
 * An error for each list that the rules leave empty on a page, at a time or in a context that their conditions name.
 * @param items available items
 */
function emptyLists(
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
