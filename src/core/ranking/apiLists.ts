/** @module Of the public surface: the lists that are asked for, and what an item in one says of its place. */
import type { NearsideError } from '../error.ts'
import type { Exclusion } from './exclusions.ts'

/** One item of a list. */
export interface Recommendation {
  /** The catalog’s id. */
  readonly id: string
  /**
   * Log-odds but for a constant: comparable within one list only; what stands higher for variety's sake may
   * have less than what follows. Of what a rule pinned, the score of what it stands before.
   */
  readonly score: number
  /** 1-based place in the list as the device gives it, before a page leaves anything out. */
  readonly rank: number
  /**
   * The same in the list in base order (no personal parameters, no own history), for showing what moved;
   * what this list leaves out is left out there too.
   */
  readonly baseRank: number
  /** Why it stands where it stands. */
  readonly reason: Reason
}

/** What a shopper did with an item; `basket`: put into it, whatever became of it. */
export type Signal = 'viewed' | 'wished' | 'basket' | 'bought'

/**
 * Why an item is in a list. A reason names something that the shopper did (`because`, `searched`, `category`,
 * `taste`) only where the list made without that, by the same rules, lacks the item among its first 12 (24, 36 …)
 * places, within the limit, that hold the item now. Where learning has changed the list, that is so with what was
 * learned as it is, and without it; what would be learned anew is not tried. Of several such causes, the likeliest is named.
 */
export type Reason =
  /**
   * The shopper did something with that item; `signal`: what of it counts most. The item itself, where a list is of
   * the shopper's own.
   */
  | { readonly kind: 'because'; readonly item: string; readonly signal: Signal }
  /** Asked for: items like that one. */
  | { readonly kind: 'similar'; readonly item: string }
  /** Bought in the same orders as that item, which was asked about. */
  | { readonly kind: 'bought-together'; readonly item: string }
  | { readonly kind: 'bought-before' }
  | { readonly kind: 'searched'; readonly query: string }
  /** The shopper did something with several items of that category. */
  | { readonly kind: 'category'; readonly category: string }
  /** Several things that the shopper did, none of them alone. */
  | { readonly kind: 'taste' }
  /** In another context it would not be in the list, e.g. name `weather`, value `rain`. */
  | { readonly kind: 'context'; readonly name: string; readonly value: string }
  /** Below its usual price, without which it would not be in the list. */
  | { readonly kind: 'offer' }
  /** Nobody was counted for it yet. */
  | { readonly kind: 'new' }
  /** In the first tenth of everybody's order, at most 100 items, and counted in the shop's log. */
  | { readonly kind: 'popular' }
  /** The shop's rule of this name pinned it here, or without its boost it would not be in the list. */
  | { readonly kind: 'chosen'; readonly rule: string }
  /** Nothing more is known. */
  | { readonly kind: 'shop-order' }

/** What a list holds, and in which order. */
export interface ListOptions {
  /** Default 20; of `rerank`, all that were given. */
  readonly limit?: number
  /** `base`: the shop's order, the same for everybody. Default `personal`. */
  readonly order?: 'personal' | 'base'
  /**
   * What of the shopper's own is left out. Default: the personalizer's, and nothing with `order: 'base'`.
   * `rerank`, which orders what it is given, leaves out nothing.
   */
  readonly exclude?: readonly Exclusion[]
  /** Ids that are left out besides. */
  readonly excludeIds?: readonly string[]
  /** Only items of this category. */
  readonly category?: string
  /**
   * Of `recommend`, only one kind of items. Empty where there is no device.
   * `viewed`: what the shopper viewed, the latest first, whatever `order` says; nothing of theirs is left out by default.
   * `bought`: what they bought before this visit and is due again (default `exclude`: `['bought', 'basket']`). Due is
   * what they bought on several days, after three quarters of the usual interval; what they bought once, if a quarter
   * of its shoppers come back to it, after their usual interval between orders; and what a rule says is used up.
   * `unbought`: what they never bought.
   * `considered`: what they viewed, wished for or put into the basket before this visit and never bought; nothing is
   * left out by default.
   * `new`: what the shop added within 30 days: by `added` of its items, or, where none says so, what the base model lacks.
   */
  readonly from?: 'viewed' | 'bought' | 'unbought' | 'considered' | 'new'
  /**
   * The list as it would be without what the shopper did after this time (milliseconds since the epoch), to tell what
   * that changed. Its reasons are those that hold for everybody.
   */
  readonly until?: number
  /**
   * Of `similar`: only what costs more than that item, in the same currency, but at most so many times as
   * much. Above 1.
   */
  readonly dearer?: number
  /** Items with the same `groupId` at most, as long as there are others. Default 2; `rerank` and what was viewed take all. */
  readonly perFamily?: number
  /**
   * Of `recommend` in personal order, without a category: whether each item of a category costs the next
   * ones of it some of their odds, so that not all are of one subject. Default true.
   */
  readonly diversify?: boolean
  /**
   * Of the lists that a page watches, those that repeat nothing of one another, in this order: what one
   * with a smaller number (from 1) holds, this one leaves out, and comes anew when that one changes.
   * Two with the same number may hold the same.
   */
  readonly distinct?: number
  /** Which page shows it, by the shop's own name: its rules may go by that. */
  readonly page?: string
  /** False: without the shop's rules. */
  readonly rules?: boolean
}

/** How given items are ordered. */
export interface RerankOptions extends Pick<ListOptions, 'limit' | 'order' | 'page' | 'rules'> {
  /** Also what the shop no longer sells, for a page that shows it as such. Default false. */
  readonly soldOut?: boolean
}

/** Which list: `recommend`, `similar`, `boughtTogether` and `rerank` of `Personalizer`, as plain data. */
export type ListQuery =
  | { readonly kind: 'recommend'; readonly options?: ListOptions }
  | { readonly kind: 'similar'; readonly item: string; readonly options?: ListOptions }
  | {
      readonly kind: 'boughtTogether'
      /** One, or several: what goes with a basket. */
      readonly item: string | readonly string[]
      readonly options?: ListOptions
    }
  | {
      readonly kind: 'rerank'
      readonly items: readonly string[]
      readonly options?: RerankOptions
    }

/** A watched list as it is from here on, or why it can't be had. */
export type ListAnswer =
  | { readonly items: readonly Recommendation[] }
  | { readonly error: NearsideError }

/** The score of one item, taken apart. */
export interface Explanation extends Recommendation {
  /** 1-based place by score among all items that may be shown. */
  readonly rank: number
  /**
   * What each kind of term adds to the score beyond its mean over the catalog, largest first:
   * `because` (goes with what was viewed, wanted or bought), `own` (was that itself), `searched` (found
   * by a search), `category`, `taste`, `context` (wanted in the context of now), `offer` (below its
   * usual price), `popular`, `learners` (moved by the learners that the shop chose), where it has any, `rules` (its boosts and buries). They add up to `score - meanScore`.
   */
  readonly contributions: readonly {
    readonly kind:
      | 'because'
      | 'own'
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
   * Names of the rules that act on it in `recommend`. Of what one of them hides, `rank` is the place that
   * it would have.
   */
  readonly rules: readonly string[]
}
