/**
 * @module Lists that a device answers with. Without a ranker (no base model yet, or none at all), they are in the
 * catalog's own order.
 */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type {
  Explanation,
  ListOptions,
  ListQuery,
  Recommendation,
} from '@nearside/core/ranking/apiLists.ts'
import { idsWithoutModel, inShopOrder } from '@nearside/core/ranking/catalogOrder.ts'
import { amongItems, ownItems, reasonFrom } from '@nearside/core/ranking/itemFilters.ts'
import { signalsOf } from '@nearside/core/ranking/learned.ts'
import { type Exclusion, limitOf, requireQuery } from '@nearside/core/ranking/listQuery.ts'
import type { ExplainedScores, Ranker } from '@nearside/core/ranking/ranker.ts'
import {
  type Cause,
  causesOf,
  contextTerms,
  giveReasons,
  isFallback,
  SCREEN,
  strongestContext,
} from '@nearside/core/ranking/reasons.ts'
import type { Ruled } from '@nearside/core/ranking/ruledList.ts'
import { selectPlaces } from '@nearside/core/ranking/selectPlaces.ts'
import type { OnDemand } from './device.ts'
import type { Parts } from './parts.ts'
import { createViews, type View } from './views.ts'

interface Deps
  extends Pick<Parts, 'chosen' | 'config' | 'now' | 'onDemand' | 'shop' | 'shopper' | 'state'> {
  /** Code of `onDemand`, once something else has loaded it. */
  readonly loaded: () => Awaited<ReturnType<OnDemand>> | null
}

/** Number of items scored for the reasons of a list; more would take longer than the list itself. */
const MOST_SCORED = 8_000
/** The same limit without partial scoring, which takes several times as long. */
const MOST_SCORED_SLOWLY = 4_000
/** Maximum number of causes tested, even in a small shop. */
const MOST_CAUSES = 8

const optionsOf = ({ options = {} }: ListQuery): ListOptions => options

/** Items of `wanted` that are listed, in the order of `wanted`. */
function inOrderOf(wanted: ReadonlySet<string>, listed: readonly string[]): readonly string[] {
  const both = new Set(listed.filter((id) => wanted.has(id)))
  return [...wanted].filter((id) => both.has(id))
}

export function createLists(deps: Deps) {
  const { config, onDemand, shop, shopper, now } = deps
  const views = createViews(deps)

  function exclusionsOf({ from, order }: ListOptions): readonly Exclusion[] {
    if (from === 'bought') return ['bought', 'basket']
    if (from === 'unbought') return [...config.exclude, 'owned']
    return from === 'viewed' || from === 'considered' || order === 'base' ? [] : config.exclude
  }

  /**
   * Adds the shopper's own items to the excluded ids, if the list leaves them out.
   * @param again ids of used-up items, which lists may offer again
   */
  function withOwn(
    query: ListQuery,
    events: readonly ShopperEvent[],
    again: ReadonlySet<string> | undefined,
  ): ListQuery {
    if (query.kind === 'rerank') return query
    const { options = {} } = query
    const { excludeIds = [], exclude = exclusionsOf(options) } = options
    if (exclude.length === 0) return query
    const repeatRate = (id: string) =>
      again?.has(id) ? Number.POSITIVE_INFINITY : shop.ranker?.repeatRate(id)
    const own = ownItems(exclude, events, now(), repeatRate)
    return { ...query, options: { ...options, excludeIds: [...excludeIds, ...own] } }
  }

  /**
   * List without a ranker: viewed items, latest first; for `recommend`, the whole model's order for a new shopper;
   * else the shop's order.
   */
  function unranked(query: ListQuery, { lifts, ...ruled }: Ruled): readonly Recommendation[] {
    const { from } = optionsOf(query)
    const isFirst = query.kind === 'recommend' && !from
    const isSold = (id: string) => shop.catalog?.get(id)?.available !== false
    const listed = idsWithoutModel(isFirst ? shop.firstOrder : shop.order, query)
    const all = ruled.among ? inOrderOf(ruled.among, listed) : listed
    const ids = query.kind === 'rerank' && !query.options?.soldOut ? all.filter(isSold) : all
    const scoreOf = (id: string, place: number) =>
      (isFirst ? shop.firstScore(id) : undefined) ?? -Math.log(place + 1)
    const scores = Float32Array.from(ids, (id, at) => scoreOf(id, at) + (lifts?.get(id) ?? 0))
    const order = lifts?.size ? highestRows(scores, ids.length) : [...ids.keys()]
    const isWhole = query.kind === 'rerank' || from === 'viewed'
    const limits = isWhole ? { perFamily: Number.POSITIVE_INFINITY } : {}
    const options = { ...query.options, ...limits, ...ruled, limit: limitOf(query) }
    const best = (count: number) => order.slice(0, count)
    const chosen = selectPlaces(best, options, (at) => shop.catalog?.get(ids[at]))
    const list = inShopOrder(chosen.map((at) => ids[at]))
    return isFirst ? list.map((one) => ({ ...one, reason: shop.firstReason(one.id) })) : list
  }

  /**
   * Computes a list.
   * @param view null if there is no ranker
   * @param events events that determine the shopper's own items
   * @param unplaced true if only the ids are used
   */
  function listOf(
    query: ListQuery,
    view: View | null,
    events = view?.events ?? shopper.cleaned.events,
    unplaced = false,
  ): readonly Recommendation[] {
    const answer = (asked: ListQuery, ruled: Ruled): readonly Recommendation[] => {
      if (!view || optionsOf(asked).from === 'viewed') return unranked(asked, ruled)
      const { lifts, ...selection } = ruled
      const { ranker, scored } = view
      const lifted = lifts?.size ? shop.rules?.lift(ranker, lifts, scored) : undefined
      return ranker.list(asked, lifted ?? scored, { ...selection, unplaced })
    }
    const rules = shop.rules?.for(query)
    const asked = withOwn(query, events, rules?.again)
    const among = amongItems(query, {
      items: shop.catalog?.items ?? [],
      events: view?.events ?? events,
      now: now(),
      isNew: (id) => shop.ranker?.isNew(id) ?? false,
    })
    return shop.rules && rules
      ? shop.rules.list(rules, asked, answer, among)
      : answer(asked, { among })
  }

  /** Reasons of the shopper's own lists: each item is there because of their own action. */
  function ownReasons(list: readonly Recommendation[], from: 'viewed' | 'bought' | 'considered') {
    const done = shopper.cleaned.events.flatMap(({ items, name, time }) =>
      items.map((item) => ({ item, name, time })),
    )
    const signals = signalsOf(done, now())
    return list.map((one) => ({ ...one, reason: reasonFrom(from, one.id, signals.get(one.id)) }))
  }

  /** Ids of the list under counterfactual views of the shopper's events. */
  function* idsOf(query: ListQuery, present: View, others: readonly View[]) {
    for (const view of others) {
      yield listOf(query, view, view.events, true).map(({ id }) => id)
      // An item that only fills the place of an excluded item has no personal reason.
      yield listOf(query, view, present.events, true).map(({ id }) => id)
    }
  }

  function personalReasons(list: readonly Recommendation[], query: ListQuery, ranker: Ranker) {
    const { rowOf } = shop
    const present = views.present(ranker)
    const { history, now: time } = present.scored
    const isSlow = !ranker.isFast || !!deps.chosen || !!ranker.model.context
    const scored = isSlow ? MOST_SCORED_SLOWLY : MOST_SCORED
    const most = Math.min(MOST_CAUSES, Math.ceil(scored / ranker.model.itemIds.length))
    const categoryOf = (id: string) => shop.catalog?.get(id)?.category
    const tiesOf = (rows: readonly number[]) => ranker.tiesOf(rows)
    const known = { model: ranker.model, events: present.events, history, now: time, tiesOf }
    const without = (key: string, leave: Cause['without']) =>
      idsOf(query, present, views.without(ranker, key, leave))
    return giveReasons(list, {
      limit: limitOf(query),
      withoutAll: without('', () => null),
      causes: (ids) => causesOf({ ...known, rowOf, categoryOf }, ids).slice(0, most),
      listsWithout: (cause) => without(cause.key, cause.without),
    })
  }

  /** Gives the context as the reason of items that another context would not list. */
  function contextReasons(list: readonly Recommendation[], query: ListQuery, ranker: Ranker) {
    const view = views.withoutContext(ranker)
    if (!view) return list
    const plain = new Set(listOf(query, view, view.events, true).map(({ id }) => id))
    const { history, now: time } = views.present(ranker).scored
    const terms = contextTerms(ranker.model, history, time)
    return list.map((one) => {
      if (plain.has(one.id) || !isFallback(one)) return one
      return { ...one, reason: strongestContext(terms, shop.rowOf(one.id) ?? -1) ?? one.reason }
    })
  }

  function list(query: ListQuery): readonly Recommendation[] {
    const { ranker } = shop
    const code = deps.loaded()
    if (code) ranker?.speedUp(code.scoreInPart)
    const { from, order, until } = optionsOf(query)
    const view = ranker && (until === undefined ? views.present(ranker) : viewUntil(ranker, until))
    const plain = listOf(query, view)
    if (from === 'bought' || from === 'viewed' || from === 'considered')
      return ownReasons(plain, from)
    if (!ranker || order === 'base' || until !== undefined) return plain
    if (query.kind !== 'recommend' && query.kind !== 'rerank') return plain
    return personalReasons(contextReasons(plain, query, ranker), query, ranker)
  }

  function viewUntil(ranker: Ranker, until: number): View {
    const leave = (event: ShopperEvent) => (event.time > until ? null : event)
    return views.without(ranker, `until ${until}`, leave)[0]
  }

  return {
    list(query: ListQuery): readonly Recommendation[] {
      requireQuery(query)
      return list(query)
    },
    async explain(item: string): Promise<Explanation | null> {
      const { explainItem } = await onDemand()
      const { ranker, rules } = shop
      if (!ranker) return null
      const explain = (by: ExplainedScores) => explainItem(ranker, item, by)
      const scored = views.whole(ranker)
      const found = rules ? rules.explain(item, ranker, scored, explain) : explain(scored)
      if (!found) return null
      // Take the reason from the list in which the item stands.
      const limit = SCREEN * Math.ceil(found.rank / SCREEN)
      const all = { exclude: [], diversify: false, perFamily: Number.POSITIVE_INFINITY }
      const listed = list({ kind: 'recommend', options: { limit, ...all } })
      const { reason } = listed.find(({ id }) => id === item) ?? found
      return { ...found, reason }
    },
  }
}
