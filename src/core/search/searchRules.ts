/** @module Applies the shop's rules for a query to the hits. The code is loaded only if the shop has rules. */
import type { Item } from '../catalog/item.ts'
import { createRuleBook, placePins, withPins } from '../rules/listRules.ts'
import { isOwnPath } from '../rules/ownPath.ts'
import type { Rule } from '../rules/rule.ts'
import type { SearchHit } from './hit.ts'
import type { Meanings } from './meanings.ts'

/** Effect of the rules on one query. */
export interface QueryRules {
  /** Page that replaces the result. */
  readonly redirect: string | undefined
  /** @param hits best first @returns the hits that remain, with the pinned products */
  apply(hits: readonly SearchHit[]): readonly SearchHit[]
}

/**
 * Finds the rules for a query; null if there are none. This module imports no other code of the search: the bundler
 * would put code that both use into one more file.
 * @param given valid rules, as `parseRules` returns them; redirects are checked again, since they move the shopper
 */
export function createSearchRules(
  given: readonly Rule[],
  items: readonly Item[],
  { keyOf, keysOf }: Meanings,
): (query: string, now: number) => QueryRules | null {
  const rules = given.filter(
    (rule) => rule.when?.search && (!('redirect' in rule) || isOwnPath(rule.redirect)),
  )
  const isShown = ({ available }: Item) => available !== false
  // A pinned `groupId` stands for the product's first variant, so available variants come first.
  const ordered = items.toSorted((a, b) => +isShown(b) - +isShown(a))
  const book = createRuleBook(rules, ordered, () => false)
  return (query, now) => {
    const asked = keysOf(query)
    let isAny = false
    const isFor = (queries: readonly string[]) => {
      const isOne = queries.some((one) => asked.has(keyOf(one)))
      isAny ||= isOne
      return isOne
    }
    const ruled = book({ list: 'search', isFor, now, context: () => undefined })
    if (!isAny) return null
    const { hidden, lifts, redirect } = ruled
    const pins = placePins(
      ruled.pins.filter(({ item }) => isShown(item)),
      Number.POSITIVE_INFINITY,
    )
    const pinned = new Set([...pins.values()].map(({ item }) => item.id))
    return {
      redirect,
      apply(hits) {
        const known = new Map(hits.map((hit) => [hit.id, hit]))
        const left = hits.filter(({ id }) => !hidden.has(id) && !pinned.has(id))
        const placed = [...pins].map(([place, { item }]): [number, SearchHit] => {
          const { id } = item
          return [place, { ...UNFOUND, ...known.get(id), id, pinned: true }]
        })
        return withPins(lifted(left, lifts), new Map(placed), Number.POSITIVE_INFINITY)
      },
    }
  }
}

/**
 * Follows rules that can change while a page is open. Only the first query waits for the rules. Each query asks for
 * newer rules for later queries, so a busy or lost worker delays no search.
 * @param rules valid rules, or a function that reads them
 */
export function followSearchRules(
  rules: readonly Rule[] | Promise<readonly Rule[]> | (() => Promise<readonly Rule[]>),
  ...shop: readonly [items: readonly Item[], meanings: Meanings]
): (query: string, now: number) => Promise<QueryRules | null | undefined> {
  let find: ReturnType<typeof createSearchRules> | undefined
  let used: string
  const read = async () => {
    const given = await (typeof rules === 'function' ? rules() : rules)
    const text = JSON.stringify(given)
    if (text !== used) find = createSearchRules(given, ...shop)
    used = text
  }
  // If newer rules can't be read, the rules read last stay in use.
  const tryToRead = () => read().catch(() => {})
  const first = tryToRead()
  return async (query, now) => {
    await first
    void tryToRead()
    return find?.(query, now)
  }
}

/** Values of a hit for a pinned product that the search doesn't find. */
const UNFOUND = { relevance: 0, complete: true, terms: [] } as const

/** Sorts hits by relevance times the rules' factors. Hits that match all words, and available hits, stay first. */
function lifted(
  hits: readonly SearchHit[],
  lifts: ReadonlyMap<string, number>,
): readonly SearchHit[] {
  if (lifts.size === 0) return hits
  const tierOf = ({ complete, soldOut = false }: SearchHit) => `${complete} ${soldOut}`
  const tiers = [...new Set(hits.map(tierOf))]
  return hits
    .map((hit) => ({ ...hit, relevance: hit.relevance * Math.exp(lifts.get(hit.id) ?? 0) }))
    .sort(
      (a, b) => tiers.indexOf(tierOf(a)) - tiers.indexOf(tierOf(b)) || b.relevance - a.relevance,
    )
}
