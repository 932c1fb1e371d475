/**
 * @module The public surface of `nearside`: what a personalizer is told, and what it can be asked. No
 * tensor, no model internals: ids in, ids out.
 */
import type { Item } from '../core/catalog/item.ts'
import type { Cleaning } from '../core/events/cleanings.ts'
import type { EventName, ShopperEvent } from '../core/events/event.ts'
import type { ShopContext } from '../core/features/context/context.ts'
import type { LatestModel } from '../core/model/manifest.ts'
import type { Imbalance, LearnerName } from '../core/personal/learners/names.ts'
import type { StrategyName } from '../core/personal/strategy.ts'
import type {
  Explanation,
  ListAnswer,
  ListOptions,
  ListQuery,
  Recommendation,
  RerankOptions,
} from '../core/ranking/apiLists.ts'
import type { Exclusion } from '../core/ranking/exclusions.ts'
import type { Rule } from '../core/rules/rule.ts'
import type { EnginePreference, FitReport, PersonalizerSnapshot } from './apiSnapshot.ts'
import type { TrainingBudget } from './learning/budget.ts'
import type { ModelKeys } from './learning/release.ts'
import type { LedgerEntry } from './ledger/entry.ts'
import type { Persist } from './persists.ts'
import type { ContributionTerms, Recipients } from './upload/terms.ts'

/** Makes what stands in for a worker of the page: a vault's (`inVault` of `nearside/vault`). */
export interface VaultSource {
  (): Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onmessageerror' | 'onerror'>
  /** The page itself never does its work: what it kept then would be the page's. */
  readonly inVault: true
}

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
  /**
   * Who must have signed a base model, so that everybody gets the same one: what others signed, an
   * earlier release, or one that has ended is refused, and the last good one stays. With keys that can't be
   * meant no model is used, and a notice says so. Default: nobody.
   */
  readonly modelKeys?: ModelKeys
  /** Makes the dedicated worker, e.g. `() => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`, or is a vault, `inVault(url)`. */
  readonly worker: (() => Worker) | VaultSource
  /** What to compute with; default `auto`. */
  readonly engine?: EnginePreference
  /**
   * Who gets a consented upload. Absent: there is no upload path at all. In a vault its own file decides: a page that
   * names other addresses is refused.
   */
  readonly federation?: Recipients
  /** Name of the IndexedDB database; default `nearside`. */
  readonly database?: string
  /** Whether what the shopper does outlives the page; default `ask`. The same on all pages of the shop. */
  readonly persist?: Persist
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
  /**
   * The shop's own rules about its lists, or the URL of a `rules.json` (`{ "rules": […] }`), same origin as
   * the page. One that can't be used is left out, with a notice. Default: none.
   */
  readonly rules?: readonly Rule[] | string
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
  /**
   * When it was done, milliseconds since the epoch, where that was not just now. Half an hour ago at
   * most, which is this visit; whatever lies outside of that counts as now.
   */
  readonly time?: number
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

/** What a shopper carries to another device. */
export interface TransferFile {
  /** To be saved as a file; nobody can read it without the code. */
  readonly file: string
  /** Four groups of four letters and digits, for the shopper to note: it is kept nowhere. */
  readonly code: string
}

/** What to forget: one event by its id, all of a name, all about an item or a category, or all searches for a query. */
export type Forgettable =
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'events'; readonly name: EventName }
  | { readonly kind: 'item' | 'category' | 'query'; readonly name: string }

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
  /** Items bought in the same orders as this one; of several (a basket), with most of them, and none of them. */
  boughtTogether(
    item: string | readonly string[],
    options?: ListOptions,
  ): Promise<readonly Recommendation[]>
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
  /**
   * Why an item stands where it stands, true to the model; null for an item that can't be shown, and while
   * there is no base model.
   * @throws NearsideError `engine-failed` where the code for it, which is loaded when first asked for, can't be
   */
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
   * Agrees to the snapshot's `terms`, or withdraws, which also drops a report that waits to be sent. To agree in
   * a vault, the shopper has to say so again in a window of the vault's own, in its words.
   * @param wording what was shown beside the switch, at most 4,000 characters: kept with a consent,
   * and its SHA-256 in the log; of a vault, those of its own question are
   * @throws NearsideError `input-invalid` where the shop declared no aggregators, or the wording is
   * no such text; `consent-missing` where Global Privacy Control is on; `storage-…` where the browser
   * can't keep the answer: a consent is not given then; a withdrawal holds in this tab
   */
  setContribution(consent: boolean, wording?: string): Promise<void>
  /** Sends one report now if consent, budget and an open round allow; resolves with what happened. */
  contribute(): Promise<{ readonly sent: boolean; readonly reason: string }>
  /** Asks for a newer base model now (it also happens by itself). */
  checkForUpdate(): Promise<{ readonly adopted: boolean; readonly version: string }>
  /**
   * Paused, no event is kept, and nothing is learned or sent; lists stay as they are.
   * @throws NearsideError `storage-…` where the browser can't keep the wish: it holds in this tab then
   */
  pause(paused: boolean): Promise<void>
  /**
   * The shopper's answer to the option `persist: 'ask'`, which every tab follows. A yes writes everything of
   * this visit at once. A no erases the disk, ends a consent to contribute, and goes on in memory for this visit.
   * The cost of updates that were sent stays on disk.
   * @throws NearsideError `input-invalid` with another option; `storage-…` where the browser can't write or
   * erase it: after a yes, all goes on in memory; after a no, too, and the snapshot's `persist.unerased` says what is left
   */
  setPersist(allowed: boolean): Promise<void>
  /**
   * Deletes one event, or those about an item, a category or a query, and learns anew as if they had never been.
   * @returns what puts them back as they were, and learns anew: this page's memory alone holds them, as
   * long as this function is held. It rejects with NearsideError `aborted` where anything was forgotten,
   * erased or put back since, in any tab, and with `storage-…` where the browser can't keep them
   * @throws NearsideError `input-invalid` for what names nothing that can be forgotten; `storage-…` where
   * the browser can't delete it on disk: it may be gone from this tab then, but is back at the next visit
   */
  forget(what: Forgettable): Promise<() => Promise<void>>
  /**
   * Deletes everything held about the shopper on this device.
   * @throws NearsideError `storage-…`, as `forget`
   */
  erase(): Promise<void>
  /**
   * Everything held, as one JSON string, which `nearside audit verify` checks. Writes an entry to the log
   * that commits to it. @throws NearsideError `engine-failed` where its code can't be loaded, `storage-…`
   */
  export(): Promise<string>
  /**
   * The shopper's events, sealed, for another device of theirs; the log says so, and nothing leaves but by
   * the shopper's hand. Consent, budget, log and what was learned stay: the other device learns anew,
   * and where both contribute, each spends a budget of its own on what they have in common.
   * @throws NearsideError `engine-failed` where its code can't be loaded, `storage-…` where it can't be logged
   */
  exportTransfer(): Promise<TransferFile>
  /**
   * Takes in what `exportTransfer` gave on another device, but what is here already, older than
   * `retentionDays`, or of products that the shop no longer has. Of more than there is room for, the newest;
   * nothing that is here goes for it. What was forgotten here comes back if the file has it.
   * @param code as it was shown there; case and dashes don't matter
   * @returns how many events are new and kept
   * @throws NearsideError `transfer-invalid` for what is no such file, or too large; `transfer-locked` where
   * the code doesn't open it, or it was changed; `transfer-foreign` where it is another shop's; `aborted`
   * while paused; `engine-failed` where its code can't be loaded. Nothing is changed then
   */
  importTransfer(file: string, code: string): Promise<number>
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
