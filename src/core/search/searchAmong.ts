/** @module The shop's search in a page. Queries never leave the page. */
import type { Item } from '../catalog/item.ts'
import type { Rule } from '../rules/rule.ts'
import { blend } from './blend.ts'
import type { SearchHit } from './hit.ts'
import { createMeanings } from './meanings.ts'
import { prepareProductSearch } from './search.ts'
import type { Synonyms } from './synonymList.ts'

/** Query to the shop's search, and limits of the answer. */
export interface SearchQuestion {
  /** Query as typed. */
  readonly query: string
  /** Maximum number of hits. Default: unlimited, because a search box shows the number of hits. */
  readonly limit?: number
  /** Maximum number of completions. Default 0. */
  readonly suggestions?: number
}

/** Answer of the shop's search. */
export interface SearchAnswer {
  /** Hits, best first; hits of equal relevance in the catalog's order. */
  readonly hits: readonly SearchHit[]
  /** Completions, most promising first. Without hits, also the query without its price, or in the shop's spelling. */
  readonly suggestions: readonly string[]
  /** Page of the shop, e.g. `/returns`, to which a rule sends shoppers with this query. */
  readonly redirect?: string
}

/** Function that answers a question, in the page or in a separate thread that receives the question by message. */
export type AskSearch = (question: SearchQuestion) => Promise<SearchAnswer>

/**
 * Starts building the index at once, in slices that leave the page responsive.
 *
 * - Products that match every word come first, unless all of these are sold out. Sold-out products come last among
 *   these and among the others.
 * - A product code (an id with a digit) finds exactly that product.
 * - "under £5" or "£2.95" finds only products at such a price.
 * - A misspelt word is also searched as the shop spells it.
 * - If no word is known, the most similarly spelt words are searched, and no hit is `complete`.
 * - The shop's rules for a query (`when.search`) pin, boost, bury and hide products, or lead to a page.
 * - A question with `limit: 0` and no suggestions asks for `redirect` only, and doesn't wait for the index.
 * @param items products; between equally relevant hits, their order decides, so pass them in the order for a new
 *   shopper
 * @example <SearchBox search={searchAmong(items, { rules: personalizer.rules })} />
 */
export function searchAmong(
  items: readonly Item[],
  options: {
    /** Groups of wordings that mean the same in this shop; default: none. */
    readonly synonyms?: Synonyms
    /**
     * The shop's valid rules. Pass the function `personalizer.rules`, so that an open page follows newer rules: each
     * query loads them for the next query. Default: no rules. While rules can't be read, the last rules stay.
     */
    readonly rules?: readonly Rule[] | Promise<readonly Rule[]> | (() => Promise<readonly Rule[]>)
    /** Lets other tasks run between two slices; default: a timer. */
    readonly nextTask?: () => Promise<void>
    /** Finds a product with its current price and stock. Default: `items` as they were given. */
    readonly current?: (id: string) => Item | undefined
  } = {},
): AskSearch {
  const { current, synonyms = [], rules, nextTask } = options
  const prepared = prepareProductSearch(items, synonyms, nextTask)
  const order = items.map(({ id }) => id)
  const ruled =
    rules &&
    import('./searchRules.ts')
      .then((code) => code.followSearchRules(rules, items, createMeanings(synonyms)))
      .catch(() => undefined)
  // Rules that turn out invalid must not stop the search.
  const rulesFor = async (query: string) => {
    try {
      return await (await ruled)?.(query, Date.now())
    } catch {
      return undefined
    }
  }
  return async ({ query, limit = items.length, suggestions = 0 }) => {
    const own = await rulesFor(query)
    const redirect = own?.redirect && { redirect: own.redirect }
    if (limit === 0 && suggestions === 0) return { hits: [], suggestions: [], ...redirect }
    const search = await prepared
    const hits = blend(search.find(query, own ? items.length : limit, Date.now(), current), order)
    const shown = own ? own.apply(hits).slice(0, limit) : hits
    const wider = limit > 0 && shown.length === 0 ? search.wider(query) : null
    const texts = [...(wider === null ? [] : [wider]), ...search.suggest(query, suggestions)]
    return { hits: shown, suggestions: [...new Set(texts)].slice(0, suggestions), ...redirect }
  }
}
