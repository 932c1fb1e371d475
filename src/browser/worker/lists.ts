/** @module Makes a device's lists from scores, the shopper's own items and the shop's rules, and finds the reasons. */
import { isAnswer, type ShopperEvent } from '@nearside/core/events/event.ts'
import type {
  Explanation,
  ListOptions,
  ListQuery,
  Reason,
  Recommendation,
} from '@nearside/core/ranking/apiLists.ts'
import { amongItems, answersOf, ownItems, reasonFrom } from '@nearside/core/ranking/itemFilters.ts'
import { signalsOf } from '@nearside/core/ranking/learned.ts'
import {
  asProducts,
  type Exclusion,
  limitOf,
  withLimit,
  withVariants,
} from '@nearside/core/ranking/listQuery.ts'
import type { ExplainedScores, Ranker } from '@nearside/core/ranking/ranker.ts'
import { type Cause, causesOf, giveReasons, SCREEN } from '@nearside/core/ranking/reasons.ts'
import { requireQuery } from '@nearside/core/ranking/requireQuery.ts'
import type { Ruled } from '@nearside/core/ranking/ruledList.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import { listUnranked } from './unranked.ts'
import { createViews, type View, type Views } from './views.ts'

/** Maximum number of item scores computed for the reasons of a list; more would take longer than the list itself. */
const MOST_SCORED = 8_000
/** `MOST_SCORED` for a shop without partial scoring, where each scoring takes several times as long. */
const MOST_SCORED_SLOWLY = 4_000
/** Maximum number of causes (the shopper's actions); for each, the list is computed again without that action. */
const MOST_CAUSES = 8
/** Maximum length of a counterfactual list, computed as if some of the shopper's actions had not happened. */
const MOST_PLACES = 400
/** Cause that stands for all actions of the shopper together. */
const WITHOUT_ALL = { key: '', without: () => null }

const optionsOf = ({ options = {} }: ListQuery): ListOptions => options

export class Lists {
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  readonly #views: Views
  /** Whether the shop chose learners, which need the scores of all items. */
  readonly #hasLearners: boolean

  constructor(services: Services, shop: Shop, shopper: Shopper, chosen: ChosenLearners | null) {
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    this.#views = createViews(services, shop, shopper, chosen)
    this.#hasLearners = chosen !== null
  }

  /** @throws NearsideError `input-invalid` for an invalid query */
  readonly list = (asked: ListQuery): readonly Recommendation[] => {
    requireQuery(asked)
    const { variantsOf } = this.#shop
    return asProducts(asked, this.#ranked(withVariants(asked, variantsOf)), variantsOf)
  }

  #ranked(query: ListQuery): readonly Recommendation[] {
    const { ranker } = this.#shop
    const { code } = this.#services.loaded
    if (code) ranker?.speedUp(code.scoreInPart)
    const { from, order, until } = optionsOf(query)
    const present = until === undefined
    const view = ranker && (present ? this.#views.present(ranker) : this.#viewUntil(ranker, until))
    const plain = this.#answeredLast(query, this.#listOf(query, view))
    if (from === 'bought' || from === 'viewed' || from === 'considered')
      return this.#ownReasons(plain, from)
    if (!ranker || order === 'base' || !present) return plain
    if (query.kind !== 'recommend' && query.kind !== 'rerank') return plain
    return this.#personalReasons(this.#contextReasons(plain, query, ranker), query, ranker)
  }

  /**
   * Rank of an item in a list made without the action that its reason names; null if the reason names no action, or the
   * item is not among the first `MOST_PLACES`.
   * @throws NearsideError `input-invalid` for an invalid query
   */
  rankWithout(id: string, reason: Reason, asked: ListQuery): number | null {
    requireQuery(asked)
    const { ranker } = this.#shop
    if (!ranker) return null
    const known = this.#causes(ranker, [id])
    const cause =
      reason.kind === 'taste'
        ? WITHOUT_ALL
        : known.find(({ reasonFor }) => JSON.stringify(reasonFor(id)) === JSON.stringify(reason))
    if (!cause) return null
    const query = withVariants(withLimit(asked, MOST_PLACES), this.#shop.variantsOf)
    const lists = this.#without(query, ranker, cause)
    const places = [...lists].map((ids) => ids.indexOf(id)).filter((at) => at >= 0)
    return places.length === 0 ? null : 1 + Math.min(...places)
  }

  /** @throws NearsideError `engine-failed` if the code for explanations can't be loaded */
  async explain(asked: string): Promise<Explanation | null> {
    const { explainItem } = await this.#services.onDemand()
    const { ranker, rules, variantsOf } = this.#shop
    if (!ranker) return null
    const items = variantsOf(asked)
    const best = items.length > 0 && this.list({ kind: 'rerank', items, options: { limit: 1 } })[0]
    const item = best ? best.id : asked
    const explain = (by: ExplainedScores) => explainItem(ranker, item, by)
    const scored = this.#views.whole(ranker)
    const found = rules ? rules.explain(item, ranker, scored, explain) : explain(scored)
    if (!found) return null
    // Take the reason from the shortest list that contains the item and fills whole screens of `SCREEN` items.
    const limit = SCREEN * Math.ceil(found.rank / SCREEN)
    const all = { exclude: [], diversify: false } as const
    const listed = this.list({ kind: 'recommend', options: { limit, ...all } })
    const { reason } = listed.find(({ id }) => id === item) ?? found
    return { ...found, reason }
  }

  /**
   * @param view null if there is no ranker
   * @param events events that determine the shopper's own items
   * @param unplaced whether the caller uses only the ids, so that ranks need not be computed
   */
  #listOf(
    query: ListQuery,
    view: View | null,
    events = view?.events ?? this.#shopper.cleaned.events,
    unplaced = false,
  ): readonly Recommendation[] {
    const shop = this.#shop
    const answer = (asked: ListQuery, ruled: Ruled): readonly Recommendation[] => {
      if (!view || optionsOf(asked).from === 'viewed') return listUnranked(shop, asked, ruled)
      const { lifts, ...selection } = ruled
      const { ranker, scored } = view
      const lifted = lifts?.size ? shop.rules?.lift(ranker, lifts, scored) : undefined
      return ranker.list(asked, lifted ?? scored, { ...selection, unplaced })
    }
    const rules = shop.rules?.for(query)
    const asked = this.#withOwn(query, events, rules?.again)
    const among = amongItems(query, {
      items: shop.catalog?.items ?? [],
      events: view?.events ?? events,
      now: this.#services.now(),
      isNew: (id) => shop.ranker?.isNew(id) ?? false,
      looksLike: (id) => shop.ranker?.looksLike(id) ?? [],
    })
    return shop.rules && rules
      ? shop.rules.list(rules, asked, answer, among)
      : answer(asked, { among })
  }

  /**
   * Excludes items on which the shopper gave feedback, e.g. "not for me". Also excludes the shopper's own items if the
   * query asks for that.
   * @param again ids of bought items that lists may contain, because the shopper has probably used them up
   */
  #withOwn(
    query: ListQuery,
    events: readonly ShopperEvent[],
    again: ReadonlySet<string> | undefined,
  ): ListQuery {
    if (query.kind === 'rerank') return query
    const { options = {} } = query
    const { excludeIds = [], exclude = this.#exclusionsOf(options), order } = options
    const answered = order === 'base' ? [] : [...answersOf(events).keys()]
    if (exclude.length === 0 && answered.length === 0) return query
    const repeatRate = (id: string) =>
      again?.has(id) ? Number.POSITIVE_INFINITY : this.#shop.ranker?.repeatRate(id)
    const own = ownItems(exclude, events, this.#services.now(), repeatRate)
    return { ...query, options: { ...options, excludeIds: [...excludeIds, ...own, ...answered] } }
  }

  /** In a personal `rerank`, moves items on which the shopper gave feedback, e.g. "not for me", to the end. */
  #answeredLast(query: ListQuery, list: readonly Recommendation[]): readonly Recommendation[] {
    if (query.kind !== 'rerank' || query.options?.order === 'base') return list
    const answers = answersOf(this.#shopper.cleaned.events)
    if (!list.some(({ id }) => answers.has(id))) return list
    return [false, true]
      .flatMap((isLast) => list.filter(({ id }) => answers.has(id) === isLast))
      .map((one, place) => ({ ...one, rank: place + 1 }))
  }

  #exclusionsOf({ from, order }: ListOptions): readonly Exclusion[] {
    const { exclude } = this.#services.config
    if (from === 'bought') return ['bought', 'basket']
    if (from === 'unbought') return [...exclude, 'owned']
    return from === 'viewed' || from === 'considered' || order === 'base' ? [] : exclude
  }

  /** Reasons of lists of the shopper's own items: each names the shopper's action on the item. */
  #ownReasons(list: readonly Recommendation[], from: 'viewed' | 'bought' | 'considered') {
    const done = this.#shopper.cleaned.events.flatMap(({ items, name, time }) =>
      items.map((item) => ({ item, name, time })),
    )
    const signals = signalsOf(done, this.#services.now())
    return list.map((one) => ({ ...one, reason: reasonFrom(from, one.id, signals.get(one.id)) }))
  }

  #personalReasons(list: readonly Recommendation[], query: ListQuery, ranker: Ranker) {
    const isSlow = !ranker.isFast || this.#hasLearners || !!ranker.model.context
    const scored = isSlow ? MOST_SCORED_SLOWLY : MOST_SCORED
    const most = Math.min(MOST_CAUSES, Math.ceil(scored / ranker.model.itemIds.length))
    return giveReasons(list, {
      limit: limitOf(query),
      withoutAll: this.#without(query, ranker, WITHOUT_ALL),
      causes: (ids) => this.#causes(ranker, ids).slice(0, most),
      listsWithout: (cause) => this.#without(query, ranker, cause),
    })
  }

  #causes(ranker: Ranker, ids: readonly string[]): readonly Cause[] {
    const { catalog, rowOf } = this.#shop
    const { events, scored } = this.#views.present(ranker)
    const { history, now } = scored
    const categoryOf = (id: string) => catalog?.get(id)?.category
    const tiesOf = (rows: readonly number[]) => ranker.tiesOf(rows)
    const isListed = (id: string) => !catalog || catalog.get(id) !== undefined
    const known = { model: ranker.model, events, history, now, rowOf, categoryOf, isListed, tiesOf }
    return causesOf(known, ids)
  }

  /**
   * Yields the ids of lists made without the events that `without` leaves out. The shopper's feedback on items always
   * stays.
   */
  *#without(query: ListQuery, ranker: Ranker, { key, without }: Pick<Cause, 'key' | 'without'>) {
    const leave = (event: ShopperEvent) => (isAnswer(event.name) ? event : without(event))
    const present = this.#views.present(ranker)
    for (const view of this.#views.without(ranker, key, leave)) {
      yield this.#listOf(query, view, view.events, true).map(({ id }) => id)
      // Leave out the items that the present list excludes, too. Otherwise an item that only takes an excluded item's
      // place would get a personal reason.
      yield this.#listOf(query, view, present.events, true).map(({ id }) => id)
    }
  }

  /** Names the context as the reason of items that the list would lack without the context. */
  #contextReasons(list: readonly Recommendation[], query: ListQuery, ranker: Ranker) {
    const { contextTerms: code, rowOf } = this.#shop
    const view = code && this.#views.withoutContext(ranker)
    if (!view) return list
    const plain = new Set(this.#listOf(query, view, view.events, true).map(({ id }) => id))
    const { history, now: time } = this.#views.present(ranker).scored
    const terms = code.contextTerms(ranker.model, history, time)
    return code.withContextReasons(list, plain, terms, rowOf)
  }

  #viewUntil(ranker: Ranker, until: number): View {
    const leave = (event: ShopperEvent) => (event.time > until ? null : event)
    return this.#views.without(ranker, `until ${until}`, leave)[0]
  }
}
