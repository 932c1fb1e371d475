/**
 * @module Base lists, which a shop's server renders. They equal the lists of a device without any events, so the page
 * doesn't change for a new shopper.
 */
import { Catalog, createVariants } from '@nearside/core/catalog/catalog.ts'
import { currencyFault } from '@nearside/core/catalog/currency.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { discountOf } from '@nearside/core/model/prices.ts'
import type { ListOptions, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { isLarge } from '@nearside/core/ranking/candidateSource.ts'
import { amongItems } from '@nearside/core/ranking/itemFilters.ts'
import { withVariants } from '@nearside/core/ranking/listQuery.ts'
import { Ranker, type Scored } from '@nearside/core/ranking/ranker.ts'
import { requireQuery } from '@nearside/core/ranking/requireQuery.ts'
import { aboutOf, liftScores, type Ruled, ruledList } from '@nearside/core/ranking/ruledList.ts'
import { createRuleBook } from '@nearside/core/rules/listRules.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { fetchVersion, parseJson } from '../learning/modelSource.ts'
import { scoreInPart } from '../scoreInPart.ts'

const HOUR = 3_600_000

/** List options that don't depend on a shopper. */
type BaseListOptions = Omit<ListOptions, 'order' | 'exclude' | 'distinct'>

/** Lists that every device shows before it has any events. Invalid options throw NearsideError `input-invalid`. */
export interface BaseLists {
  /** Model version to pass to `createPersonalizer`: devices then start with the model that rendered the page. */
  readonly latest: LatestModel
  /** One message for each faulty catalog row, and one message for each rule that was left out. */
  readonly faults: readonly string[]
  /** Recommends items for an unknown shopper, best first. */
  recommend(options?: BaseListOptions): readonly Recommendation[]
  /** Finds items similar to `item`. */
  similar(item: string, options?: BaseListOptions): readonly Recommendation[]
  /** Finds items bought in the same orders as the given item or items. */
  boughtTogether(
    item: string | readonly string[],
    options?: BaseListOptions,
  ): readonly Recommendation[]
}

/**
 * Reads the newest base model once. Use the result for any number of pages.
 * @throws NearsideError `model-corrupt` | `model-incompatible` | `catalog-invalid`, or an error of `read`
 */
export async function readBaseLists(options: {
  /** Reads the bytes of a file in the model directory, e.g. `(path) => readFile(join('models', path))`. */
  readonly read: (path: string) => Promise<Uint8Array>
  /** The shop’s products. */
  readonly catalog: readonly Item[]
  /**
   * The rules passed to `createPersonalizer`, or the content of their file. Rules that depend on `context` don't apply
   * on a server.
   */
  readonly rules?: readonly Rule[] | { readonly rules: readonly Rule[] }
  /** Current time, milliseconds since the epoch, for seasons and rules with dates; default: the clock. */
  readonly now?: () => number
}): Promise<BaseLists> {
  const { read, now = Date.now } = options
  const latest = parseLatest(parseJson(await read('latest.json')))
  const from = { transport: { get: read }, directory: '', kept: null, now: now() }
  const { loaded } = await fetchVersion(from, latest)
  const catalog = Catalog.parse(options.catalog, now())
  const model = extendModel(loaded.model, catalog.items)
  const ranker = new Ranker(model, catalog, isLarge(model) ? scoreInPart : null)
  const { rules, faults } = parseRules(options.rules ?? [])
  const shown = catalog.items.filter(({ available }) => available !== false)
  const isOffer = (id: string) => discountOf(model, catalog, ranker.rowOf(id) ?? -1) > 0
  const book = createRuleBook(rules, shown, isOffer)

  let scored: { readonly hour: number; readonly scores: Scored } | null = null
  /** Scores of the items on a device without any events; the scores depend on hour, weekday and season. */
  function scoresNow(): Scored {
    const hour = Math.floor(now() / HOUR)
    if (scored?.hour !== hour) scored = { hour, scores: ranker.score([], now(), null) }
    return scored.scores
  }

  function answer(query: ListQuery, { lifts, ...selection }: Ruled = {}): Recommendation[] {
    const scores = scoresNow()
    return ranker.list(query, lifts?.size ? liftScores(ranker, lifts, scores) : scores, selection)
  }

  const variantsOf = createVariants(catalog.items)
  function list(asked: ListQuery): readonly Recommendation[] {
    requireQuery(asked)
    const query = withVariants(asked, variantsOf)
    const { page, rules: isRuled = true } = query.options ?? {}
    const among = amongItems(query, {
      ...{ items: catalog.items, events: [], now: now() },
      isNew: (id) => ranker.isNew(id),
      looksLike: (id) => ranker.looksLike(id),
    })
    if (rules.length === 0 || !isRuled) return answer(query, { among })
    const about = catalog.get(aboutOf(query) ?? '')
    const context = () => undefined
    const ruled = book({ list: query.kind, page, about, now: now(), context })
    return ruledList(ruled, query, answer, among)
  }

  return {
    latest,
    faults: [...catalog.faults, currencyFault(catalog.items) ?? [], faults].flat(),
    recommend: (options) => list({ kind: 'recommend', options: { ...options, order: 'base' } }),
    similar: (item, options) => list({ kind: 'similar', item, options }),
    boughtTogether: (item, options) => list({ kind: 'boughtTogether', item, options }),
  }
}
