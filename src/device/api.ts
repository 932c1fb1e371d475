/**
 * @module The public surface of `nearside`, whole. No tensor, no model internals: ids in, ids out.
 */
import type { Item } from '../core/catalog/item.ts'
import type { ErrorCode, NearsideError } from '../core/error.ts'
import type { Cleaning } from '../core/events/cleanings.ts'
import type { EventName, ShopperEvent } from '../core/events/event.ts'
import type { ShopContext } from '../core/features/context/context.ts'
import type { LatestModel } from '../core/model/manifest.ts'
import type { Imbalance, LearnerName, LearnerWeight } from '../core/personal/learners/names.ts'
import type { StrategyName } from '../core/personal/strategy.ts'
import type { Exclusion } from './exclusions.ts'
import type { Deferral, TrainingBudget } from './learning/budget.ts'
import type { LedgerEntry } from './ledger/entry.ts'
import type { ContributionTerms } from './upload/terms.ts'

/**
 * `auto` lets the device choose; a forced engine that is unavailable falls back and says so. `js` is
 * plain JavaScript.
 */
export type EnginePreference = 'auto' | 'webgpu' | 'wasm' | 'js'

/** What `createPersonalizer` is told. */
export interface PersonalizerOptions {
  /** The shop's products, or the URL of a `catalog.json` (an array of items). */
  readonly catalog: readonly Item[] | string
  /** URL of the directory that holds `latest.json`, same origin as the page. */
  readonly baseModel: string
  /**
   * What `latest.json` said when the page was rendered (`readBaseLists` of `nearside/ssr` tells it). A
   * new shopper's device begins with that version, a round trip sooner, and then looks for a newer one.
   */
  readonly latest?: LatestModel
  /** Makes the dedicated worker, e.g. `() => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`. */
  readonly worker: () => Worker
  /** What to compute with; default `auto`. */
  readonly engine?: EnginePreference
  /** Where a consented upload goes. Absent: there is no upload path at all. */
  readonly federation?: { readonly leader: string; readonly helper: string }
  /** Name of the IndexedDB database; default `nearside`. */
  readonly database?: string
  /** When to learn by itself: from each event, in batches, or (default) both by weight: `hybrid`. */
  readonly strategy?: StrategyName
  /**
   * Incremental learners that reorder the best candidates, besides the fit: each has the weight that it
   * earned on this shopper's own events, and nothing is moved unless their order was better there than
   * the model's. Default: none; their code is downloaded only when chosen.
   */
  readonly learners?: readonly LearnerName[]
  /** How the network sets the few that were chosen against the many that were not; default `none`. */
  readonly imbalance?: Imbalance
  /**
   * Which events are taken for noise: by fixed rules (default), or also those of looks and visits that
   * are unusual for this shopper, by Tukey's fences (`iqr`) and an isolation forest.
   */
  readonly cleaning?: Cleaning
  /** What of the shopper's own lists leave out unless they say otherwise; default `['bought', 'basket']`. */
  readonly exclude?: readonly Exclusion[]
  /** What learning by itself may cost. */
  readonly budget?: Partial<TrainingBudget>
  /** Events older than this are erased. Default 90; with `Infinity` they are kept until the shopper erases them. */
  readonly retentionDays?: number
  /**
   * The context that the shop knows of for a time (milliseconds since the epoch): asked with each event, with each
   * list that is asked for or begun to be watched, and when the page is shown again, so it must answer
   * at once. It counts where the base model has learned from it.
   * @example () => ({ weather: 'rain', promotion: 'summer-sale' })
   */
  readonly context?: (time: number) => Partial<ShopContext>
}

/** A GA4-shaped event as a shop already emits it; `item_id` is short for `items: [{ item_id }]`. */
export interface CaptureInput {
  /** What the shopper did. */
  readonly name: EventName
  /** The only item. */
  readonly item_id?: string
  /** Several items, each with `quantity` pieces where it was ordered. */
  readonly items?: readonly {
    readonly item_id: string
    readonly quantity?: number
    /** Of one piece, in the catalog's currency. */
    readonly price?: number
  }[]
  /** Of a `search`, as it was typed. */
  readonly search_term?: string
  /** How long the product was looked at, milliseconds: what was left at once is taken for a slip. */
  readonly dwell_ms?: number
}

/** An order that a signed-in shopper made here or elsewhere, as the shop's server has it. */
export interface PastOrder {
  /** The shop's own; an order that was handed over before is not taken twice. */
  readonly id: string | number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** What was ordered, as in a `purchase`. */
  readonly items: NonNullable<CaptureInput['items']>
}

/** One item of a list. */
export interface Recommendation {
  /** The catalog’s id. */
  readonly id: string
  /** Log-odds but for a constant: comparable within one list only. */
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
 * Why an item stands where it stands: the largest term of its score, true to the model. For an item
 * above its base place, the largest term of the difference from the base score. Where three items of a
 * list say the same already, the largest other term is named that is at least 0.4 times as large, if there is one.
 */
export type Reason =
  /**
   * It is looked at or bought with an item of the shopper's own, or the taste that lifts it is that
   * item's doing; `signal`: what of theirs with that counts most. `bought-together` where the log holds orders only.
   */
  | { readonly kind: 'because'; readonly item: string; readonly signal: Signal }
  /** Asked for: items like that one. */
  | { readonly kind: 'similar'; readonly item: string }
  /** Bought in the same orders as that item: the one asked about, or one of the shopper's own. */
  | { readonly kind: 'bought-together'; readonly item: string }
  | { readonly kind: 'bought-before' }
  /** `found`: the query is about the item itself; else about what it goes with. */
  | { readonly kind: 'searched'; readonly query: string; readonly found: boolean }
  | { readonly kind: 'category'; readonly category: string }
  /** Close to what the shopper likes, by no single item's doing; `item`: the one of theirs that counts most in it. */
  | { readonly kind: 'taste'; readonly item?: string }
  /** Wanted in the context of now, e.g. name `weather`, value `rain`. */
  | { readonly kind: 'context'; readonly name: string; readonly value: string }
  /** Below its usual price. */
  | { readonly kind: 'offer' }
  /** Nobody was counted for it yet. */
  | { readonly kind: 'new' }
  | { readonly kind: 'popular' }
  /** Without a base model, or of an item that neither it nor the catalog knows: as the shop has it. */
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
  /** Items with the same `groupId` at most, as long as there are others. Default 2; `rerank` takes all. */
  readonly perFamily?: number
}

/** How given items are ordered. */
export interface RerankOptions extends Pick<ListOptions, 'limit' | 'order'> {
  /** Also what the shop no longer sells, for a page that shows it as such. Default false. */
  readonly soldOut?: boolean
}

/** Which list: `recommend`, `similar`, `boughtTogether` and `rerank` of `Personalizer`, as plain data. */
export type ListQuery =
  | { readonly kind: 'recommend'; readonly options?: ListOptions }
  | {
      readonly kind: 'similar' | 'boughtTogether'
      readonly item: string
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
  /** 1-based place among all items that may be shown. */
  readonly rank: number
  /**
   * What each kind of term adds to the score beyond its mean over the catalog, largest first:
   * `because` (goes with what was viewed, wanted or bought), `own` (was that itself), `searched` (found
   * by a search), `category`, `taste`, `context` (wanted in the context of now), `offer` (below its
   * usual price), `popular`, `learners` (moved by the learners that the shop chose). They add up to `score - meanScore`.
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
    readonly amount: number
  }[]
  /** Mean score over the catalog. */
  readonly meanScore: number
}

/** What to forget: one event by its id, all of a name, all about an item or a category, or all searches for a query. */
export type Forgettable =
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'events'; readonly name: EventName }
  | { readonly kind: 'item' | 'category' | 'query'; readonly name: string }

/** What one fit of the personal model did. */
export interface FitReport {
  /** Name of the one that computed it, e.g. `wasm`. */
  readonly engine: string
  /** What was learned from: 0 where there was nothing yet. */
  readonly cases: number
  /** Negative log-likelihood of cases by weight and of the prior, nats, before the first step. */
  readonly lossBefore: number
  /** The same after the last step. */
  readonly lossAfter: number
  /** λ, 0 to 1: how much of what was learned counts; 0 is exactly the base model. */
  readonly fusionWeight: number
  /** False when the guard prefers the base model. */
  readonly active: boolean
  /** From the first look at the events to the result. */
  readonly milliseconds: number
}

/** Something that degraded. */
export interface Notice {
  /** What to switch on. */
  readonly code: ErrorCode
  /** One line for people. */
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** `strength` is relative to the strongest of its kind, in (0, 1]. */
export type Learned = { readonly name: string; readonly strength: number } & (
  | { readonly kind: 'category' | 'query' }
  /** `signal`: what was done with it; of several things, the one that counts most. */
  | { readonly kind: 'item'; readonly signal: Signal }
)

/** The state that a page shows. */
export interface PersonalizerSnapshot {
  /** `starting` until lists can be asked for; `closed` for good. */
  readonly status: 'starting' | 'ready' | 'closed'
  /** Rises whenever a recommendation may have changed. */
  readonly revision: number
  /** The base model in use; null while there is none. */
  readonly model: {
    readonly version: string
    readonly items: number
    /** ISO time at which what it was trained on ends. */
    readonly until: string
    /** For `blend` of `nearside/search`: what the shop's own searches have taught, 0 without. */
    readonly searchTolerance: number
  } | null
  /** What was asked for, by the option `engine` or by `setEngine`. */
  readonly enginePreference: EnginePreference
  /** What computes, on which device, and why it was chosen; null while none is ready. */
  readonly engine: {
    readonly name: string
    readonly device: string
    readonly reason: string
  } | null
  /** `memory`: nothing outlives the page. */
  readonly storage: 'indexeddb' | 'memory'
  /** Whether this tab leads (writes and learns) or follows. */
  readonly tab: 'leader' | 'follower'
  /** Events that are kept, in all and by name. */
  readonly events: { readonly count: number; readonly byName: Partial<Record<EventName, number>> }
  /** After how many days events are erased; absent until the device has answered. */
  readonly retentionDays?: number
  /** Events that are learned from, and those that are not, by reason. */
  readonly cleaning: { readonly kept: number; readonly dropped: Readonly<Record<string, number>> }
  /** The last fit; null before the first. */
  readonly fit: FitReport | null
  /** Steps of the fit under way; null while there is none. */
  readonly fitting: { readonly done: number; readonly steps: number } | null
  /** What each of the chosen `learners` counts for, and `model`, the ranking without them; empty without any. */
  readonly learners: readonly LearnerWeight[]
  /** Why what there is to learn waits: `hidden`, `battery`, `save-data`, or `spent`. */
  readonly deferred: Deferral | null
  /** What decides whether the personal model is used. */
  readonly guard: {
    /** False when the base model predicts this shopper better: lists are its own then. */
    readonly active: boolean
    /** Of the personal over the base model on what came after it was learned, nats. */
    readonly logLikelihoodRatio: number
    /** Events that it was tested on. */
    readonly tested: number
  }
  /** What was learned, in words' raw material: strongest categories, items and queries of the recent history. */
  readonly learned: readonly Learned[]
  /** True: no event is kept and nothing is learned. */
  readonly paused: boolean
  /** Whether the shopper agreed to contribute, and since when (milliseconds since the epoch). */
  readonly consent: { readonly contribute: boolean; readonly since: number | null }
  /**
   * Reports that were counted; bytes that left, or were about to when something failed; ε of all reports
   * that may have left.
   */
  readonly sent: {
    readonly reports: number
    readonly bytes: number
    /** ε over the last year, at the δ of the last report; null while nothing was sent. */
    readonly epsilon: number | null
    /** The same over all time. */
    readonly epsilonEver?: number
  }
  /**
   * What contributing costs at most, to be shown before `setContribution(true)`, which agrees to
   * exactly this: the device's own limits, or less where the aggregators were asked.
   */
  readonly terms: ContributionTerms
  /** Newest first, at most 50: everything that degraded, each in one clear line. */
  readonly notices: readonly Notice[]
}

/**
 * After `close`, calls reject with NearsideError `closed`; `capture` resolves with null. While the
 * worker is down, lists come in the shop's own order.
 */
export interface Personalizer {
  /**
   * Resolves with the event's id when it is stored; never throws for a bad event: it is refused with
   * a notice, and null. Where a call leaves the page, wait for it first: what isn't stored by then may be lost.
   */
  capture(input: CaptureInput): Promise<string | null>
  /**
   * Takes in a signed-in shopper's own orders, e.g. at each sign-in; nothing leaves. What is known is not taken
   * again: an order handed over before, or a purchase of the same items captured within a day. Nor
   * is what was ordered before the shopper last forgot an order or erased all, as long as the log lists
   * that, nor anything older than `retentionDays` or while paused. At most the newest 1,000.
   * @returns how many are new and kept; what is no order is said in a notice
   * @throws NearsideError `input-invalid` where they are no array; `engine-failed` where the code for it
   * can't be loaded
   */
  seed(orders: readonly PastOrder[]): Promise<number>
  /** The shopper's events, newest first; `limit` defaults to 100. `about`: those that `forget` would delete. */
  events(options?: { limit?: number; about?: Forgettable }): Promise<readonly ShopperEvent[]>
  /** What to show, best first; without a base model the shop's own order. */
  recommend(options?: ListOptions): Promise<readonly Recommendation[]>
  /** Items like this one, by the model's item vectors, title, category and, where the log tells, what is looked at together. */
  similar(item: string, options?: ListOptions): Promise<readonly Recommendation[]>
  /** Items bought in the same orders as this one. */
  boughtTogether(item: string, options?: ListOptions): Promise<readonly Recommendation[]>
  /**
   * Orders given ids (a category, a search result); unknown ids keep their place at the end, and what
   * the shop no longer sells is left out.
   */
  rerank(items: readonly string[], options?: RerankOptions): Promise<readonly Recommendation[]>
  /**
   * Calls back with this list as soon as it is known, and then whenever it is another one. Costs less
   * than asking after each change: lists come with the change. Returns what ends it.
   */
  watch(query: ListQuery, listener: (answer: ListAnswer) => void): () => void
  /** Why an item stands where it stands, true to the model; null for an item that can't be shown, and while there is no base model. */
  explain(item: string): Promise<Explanation | null>
  /**
   * Learns now, whatever the budget says.
   * @throws NearsideError `model-unreachable` without a base model; `aborted`, also while learning is
   * paused; `engine-failed`, `fit-diverged`
   */
  fineTune(options?: {
    signal?: AbortSignal
    onProgress?: (done: number, steps: number) => void
  }): Promise<FitReport>
  /**
   * Resolves when the engine is there; the next fit runs on the one that was asked for last.
   * @throws NearsideError `engine-unavailable`; the preference that held before does so again
   */
  setEngine(engine: EnginePreference): Promise<void>
  /**
   * Asks both aggregators for their terms, which says nothing of the shopper, and shows them in the
   * snapshot. @throws NearsideError `aggregator-unreachable`, `policy-mismatch`, `round-closed`
   */
  contributionTerms(): Promise<ContributionTerms>
  /**
   * Agrees to the snapshot's `terms`, or withdraws, which also drops a report that waits to be sent.
   * @throws NearsideError `input-invalid` where the shop declared no aggregators, `storage-…` where
   * the browser can't keep the answer: a consent is not given then; a withdrawal holds in this tab
   */
  setContribution(consent: boolean): Promise<void>
  /** Sends one report now if consent, budget and an open round allow; resolves with what happened. */
  contribute(): Promise<{ readonly sent: boolean; readonly reason: string }>
  /** Asks for a newer base model now (it also happens by itself). */
  checkForUpdate(): Promise<{ readonly adopted: boolean; readonly version: string }>
  /** Paused, no event is kept and nothing is learned; lists stay as they are. */
  pause(paused: boolean): Promise<void>
  /** Deletes one event, or those about an item, a category or a query, and learns anew as if they had never been. */
  forget(what: Forgettable): Promise<void>
  /** Deletes everything held about the shopper on this device. */
  erase(): Promise<void>
  /**
   * Everything held, as one JSON string, which `nearside audit verify` checks. Writes an entry to the log
   * that commits to it. @throws NearsideError `engine-failed` where its code can't be loaded, `storage-…`
   */
  export(): Promise<string>
  /** The device’s log. */
  readonly audit: {
    entries(): Promise<readonly LedgerEntry[]>
    /**
     * Re-computes the hash chain and checks the signatures in it; each stands for all before it.
     * @throws NearsideError `engine-failed` where its code can't be loaded
     */
    verify(): Promise<{
      readonly ok: boolean
      readonly entries: number
      readonly brokenAt: number | null
      readonly signed: number
    }>
  }
  /** Calls back whenever the snapshot is another one; returns what ends that. */
  subscribe(listener: () => void): () => void
  /** The same object until something changes, deeply frozen. */
  getSnapshot(): PersonalizerSnapshot
  /** Stores what was captured, then ends the worker. */
  close(): void
}
