/** @module Public types of list queries, list entries and reasons. */
import type { NearsideError } from '../error.ts'

/** One item of a list. */
export interface Recommendation {
  /** Id of the item in the catalog. */
  readonly id: string
  /**
   * Score in log-odds up to a constant, so scores are comparable within one list only. To vary the categories, a list
   * can place an item above one with a higher score. A pinned item has the score of the item that stands after it.
   */
  readonly score: number
  /** 1-based place in the list that the device returns, before the page removes anything. */
  readonly rank: number
  /**
   * 1-based place in the same list in base order (no personal parameters, no history), to show which items moved. The
   * personal and the base list exclude the same items. In a list about an item, `baseRank` equals `rank`, because that
   * list is the same for every shopper.
   */
  readonly baseRank: number
  /** Reason why the item is in the list. */
  readonly reason: Reason
  /** Badge that a rule of the shop gives the item; cards show it instead of the catalog's. */
  readonly badge?: string
}

/** Shopper's action on an item; `basket`: they put it into the basket, even if they removed it later. */
export type Signal = 'viewed' | 'wished' | 'basket' | 'bought'

/**
 * Why an item is in a list. Reasons are counterfactual.
 *
 * A reason names an action of the shopper (`because`, `searched`, `category`, `taste`) only if the item would leave its
 * screen without that action. An item's screen is the first 12, 24, 36 … places of the list: the fewest that contain
 * it, within the list's limit. The list to compare with is made by the same rules, but without the action.
 *
 * If a personal model is in use, two lists are made without the action: with its parameters (not trained again) and
 * without them. The item must leave its screen in both. If several actions qualify, one that raises many items is
 * named.
 */
export type Reason =
  /** The shopper acted on `item`, which can be the listed item itself; `signal` is their strongest action on it. */
  | { readonly kind: 'because'; readonly item: string; readonly signal: Signal }
  /** The item resembles `item`, for which the page requested the list. */
  | { readonly kind: 'similar'; readonly item: string }
  /** The item's picture resembles that of `item`, by the shop's picture vectors. */
  | { readonly kind: 'looks-like'; readonly item: string }
  /** Shoppers buy the listed item in the same orders as `item`, for which the page requested the list. */
  | { readonly kind: 'bought-together'; readonly item: string }
  | { readonly kind: 'bought-before' }
  | { readonly kind: 'searched'; readonly query: string }
  /** The shopper acted on several items of the listed item's category. */
  | { readonly kind: 'category'; readonly category: string }
  /** The shopper's actions together bring the item into the list; no single action suffices. */
  | { readonly kind: 'taste' }
  /** The current context brings the item into the list, e.g. name `weather`, value `rain`. */
  | { readonly kind: 'context'; readonly name: string; readonly value: string }
  /** The item costs less than usual, and this brings it into the list. */
  | { readonly kind: 'offer' }
  /** The log counts no shopper for the item yet. */
  | { readonly kind: 'new' }
  /** Best seller: the log counts shoppers for it, and it is in the first tenth (at most 100) of new shoppers' lists. */
  | { readonly kind: 'popular' }
  /** The shop's rule of this name pinned the item or boosted it into the list. */
  | { readonly kind: 'chosen'; readonly rule: string }
  /** Fallback if no other reason applies, e.g. because the list has the order of the shop's catalog. */
  | { readonly kind: 'shop-order' }

/** Options for the selection and sequence of a list. */
export interface ListOptions {
  /** Maximum number of items. Default 20; for `rerank`, the number of given items. */
  readonly limit?: number
  /** Sequence of the list. `base`: the same sequence for every shopper. Default `personal`. */
  readonly order?: 'personal' | 'base'
  /**
   * Groups of the shopper's own items to exclude. Default: the personalizer's setting; with `order: 'base'`,
   * none. `rerank` excludes nothing.
   *
   * - `bought`: bought and not due again (see `from`).
   * - `owned`: ever bought.
   * - `basket`: put into the basket within 30 days and neither removed nor bought since.
   * - `seen`: viewed in this visit.
   */
  readonly exclude?: readonly ('bought' | 'owned' | 'basket' | 'seen')[]
  /**
   * Ids of further items to exclude. Every list except `rerank` and `order: 'base'` also excludes items that the
   * shopper answered with `less_like_this`, `not_for_me` or `have_this`, until the shopper orders the item, wishes for
   * it or puts it into the basket. `rerank` places such items last.
   */
  readonly excludeIds?: readonly string[]
  /** Category that every item must have. */
  readonly category?: string
  /**
   * Kind of items that the list contains. If no recommender runs, the list is empty. `picture` is for `similar`, the
   * other kinds are for `recommend`.
   * - `viewed`: items that the shopper viewed, latest first, regardless of `order`; by default nothing is excluded.
   * - `bought`: items that they bought before this visit and that are due again; default `exclude`:
   *   `['bought', 'basket']`.
   * - `unbought`: items that they never bought.
   * - `considered`: items that they viewed, wished for or put into the basket before this visit and never bought; by
   *   default nothing is excluded.
   * - `new`: items that the shop added in the last 30 days, by their `added`. If no item has `added`: items that the
   *   base model lacks.
   * - `picture`: items that look like the item, nearest first. A list by picture needs a `pictureVector` in the catalog
   *   when the base model is made. Items that look different are never listed.
   *
   * A bought item is due to be bought again in three cases:
   * - The shopper bought it on several days, and three quarters of their usual interval have passed.
   * - They bought it once, at least a quarter of its shoppers come back to it, and three quarters of the usual interval
   *   between this shopper's orders have passed.
   * - A rule of the shop (`again`) calls it a consumable.
   */
  readonly from?: 'viewed' | 'bought' | 'unbought' | 'considered' | 'new' | 'picture'
  /**
   * Time in milliseconds since the epoch. The list ignores the shopper's actions after this time, so comparing it with
   * the present list shows what these actions changed. With `until`, all reasons are fallback reasons, which hold for
   * every shopper.
   */
  readonly until?: number
  /**
   * Maximum price for `similar`, as a multiple of the item's price; above 1. With this option, the list contains only
   * dearer items in the same currency, from the shop's thirty products that are most similar to the item.
   */
  readonly dearer?: number
  /**
   * Whether the list avoids products that are alike; default true. At most two items have the same `groupId`, as long
   * as other items remain. In a personal list of `recommend` without a `category`, each item also lowers the odds of
   * further items of its category. The option has no effect on `rerank` and `from: 'viewed'`.
   */
  readonly diversify?: boolean
  /**
   * Priority, from 1 (highest), among the watched lists of a page that must not repeat one another's items. This list
   * excludes the items of lists with a higher priority, and updates when such a list changes. Lists with the same
   * priority can share items.
   */
  readonly distinct?: number
  /** Name of the page that shows the list, chosen by the shop; rules can refer to it. */
  readonly page?: string
  /** Whether the shop's rules apply. Default true. */
  readonly rules?: boolean
}

/** Options for ordering given items. */
export interface RerankOptions extends Pick<ListOptions, 'limit' | 'order' | 'page' | 'rules'> {
  /** Whether to include items that the shop no longer sells, for a page that marks them as sold out. Default false. */
  readonly soldOut?: boolean
}

/** Query for one list: a call of `recommend`, `similar`, `boughtTogether` or `rerank` as plain data. */
export type ListQuery =
  | { readonly kind: 'recommend'; readonly options?: ListOptions }
  | { readonly kind: 'similar'; readonly item: string; readonly options?: ListOptions }
  | {
      readonly kind: 'boughtTogether'
      /** Id of one item, or ids of several, e.g. the basket. */
      readonly item: string | readonly string[]
      readonly options?: ListOptions
    }
  | {
      readonly kind: 'rerank'
      readonly items: readonly string[]
      readonly options?: RerankOptions
    }

/** Current state of a watched list, or the error that prevents it. */
export type ListAnswer =
  | { readonly items: readonly Recommendation[] }
  | { readonly error: NearsideError }

/** Explanation of one item's score, term by term. */
export interface Explanation extends Recommendation {
  /** 1-based place by score among all items that lists may show. */
  readonly rank: number
  /**
   * Contribution of each kind of term to the score, relative to its mean over the catalog; largest first. The
   * contributions add up to `score - meanScore`.
   * - `because`: co-occurrence with items that the shopper viewed, wanted or bought.
   * - `own`: earlier actions of the shopper on this item.
   * - `answers`: the shopper wants less of this item or of a similar one (`less_like_this`, `not_for_me`).
   * - `searched`: the shopper's searches found it.
   * - `category`, `taste`, `popular`: fit of the category, fit of the user vector, popularity.
   * - `context`: demand in the current context.
   * - `offer`: price below the usual price.
   * - `learners`: change by the incremental learners, if the shop chose any.
   * - `rules`: boosts and buries of the shop's rules.
   */
  readonly contributions: readonly {
    readonly kind:
      | 'because'
      | 'own'
      | 'answers'
      | 'searched'
      | 'category'
      | 'taste'
      | 'context'
      | 'offer'
      | 'popular'
      | 'learners'
      | 'rules'
    readonly amount: number
  }[]
  /** Mean score over the catalog, without the shop's rules. */
  readonly meanScore: number
  /**
   * Names of the rules that act on the item in `recommend`. If a rule hides the item, `rank` is the place that the item
   * would have without that rule.
   */
  readonly rules: readonly string[]
}
