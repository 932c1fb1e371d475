/** @module Public interface of `nearside`: options of a personalizer and its methods. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import type {
  Explanation,
  ListAnswer,
  ListOptions,
  ListQuery,
  Reason,
  Recommendation,
  RerankOptions,
} from '@nearside/core/ranking/apiLists.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import type { EnginePreference, FitReport, PersonalizerSnapshot } from './apiSnapshot.ts'
import type { ContributionTerms, Recipients } from './contribution/terms.ts'
import type { ModelKeys } from './learning/release.ts'
import type { LedgerEntry } from './ledger/entry.ts'

/**
 * Function, made by `inVault`, that returns the worker of a vault (frame on another origin that keeps the shopper's
 * data).
 */
export interface VaultSource {
  (): Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onmessageerror' | 'onerror'>
  /**
   * Keeps the page from replacing a vault's worker that can't start: otherwise the page's origin would get the data.
   */
  readonly inVault: true
}

/** Options of `createPersonalizer`. */
export interface PersonalizerOptions<TItem extends Item = Item> {
  /**
   * The shop's products, or the URL of a `catalog.json` (an array of items). `live` is the URL of the `live.json` that
   * `nearside sync` writes, at the same origin. Devices read this file every few minutes (the file names the interval),
   * and apply its prices, stock, new products and removed products to lists and widgets. Lists wait for the file, for at
   * most a second.
   * @example { url: '/catalog.json', live: '/live.json' }
   */
  readonly catalog: readonly TItem[] | string | { readonly url: string; readonly live: string }
  /**
   * URL of the directory that contains `latest.json`, at the page's own origin. `latest` is the content of that file at
   * the time the page was rendered, from `readBaseLists` of `nearside/ssr`. A new shopper's device starts with the
   * version in `latest`, which saves a round trip, and then looks for a newer version.
   */
  readonly baseModel: string | { readonly url: string; readonly latest?: LatestModel }
  /**
   * Keys of publishers, `threshold` of which must sign a base model, and of the helper (second aggregation server), which
   * signs one model per release, so that all shoppers get the same. If signatures are missing, or the release is expired
   * or an earlier one, the device keeps the last good model. With invalid keys it uses no model, and a notice reports
   * that. Default: none.
   */
  readonly modelKeys?: ModelKeys
  /**
   * Function that creates the personalizer's dedicated worker, or the result of `inVault(url)`.
   * @example () => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })
   */
  readonly worker: (() => Worker) | VaultSource
  /** Compute engine; default `auto`. */
  readonly engine?: EnginePreference
  /**
   * Recipients of the model updates that a shopper agreed to send. Without recipients there is no upload. In vault mode
   * the vault's page (`vault.html`) names the recipients, and the vault refuses a page that names other addresses.
   */
  readonly federation?: Recipients
  /**
   * Whether the shopper's data outlive the page. Set the same value on all pages of the shop.
   *
   * - `ask` (default): data are in memory only until the shopper says yes (`setPersist`), then in this browser.
   * - `always`: data are in this browser from the first event.
   * - `never`: data are in memory only; data stored under another setting are erased.
   */
  readonly persist?: 'ask' | 'always' | 'never'
  /** Whether the personalizer starts offline, so that it makes no request (see `setOffline`); default false. */
  readonly offline?: boolean
  /**
   * When the device learns.
   *
   * - `online`: from each event at once.
   * - `batch`: after 20 events or half a minute of quiet.
   * - `hybrid` (default): from purchases and carts at once, from other events after two seconds of quiet.
   */
  readonly strategy?: 'online' | 'batch' | 'hybrid'
  /**
   * Incremental learners that reorder the best candidates of the personal model, once they have predicted this shopper's
   * own events better than the model did; their weights come from their accuracy on these events. Default: none.
   * `gradient`: averaged gradient descent; `network`: layers of 64, 32, 1; `tree`: Hoeffding adaptive tree.
   */
  readonly learners?: readonly ('gradient' | 'network' | 'tree')[]
  /** Class-imbalance strategy of the network learner; default `none`. */
  readonly imbalance?: 'none' | 'weights' | 'over' | 'under' | 'smote' | 'adasyn'
  /**
   * Method that removes noise (misclicks). Default: fixed rules. `iqr` (Tukey's fences) and an isolation forest also
   * remove views and visits that are unusual for this shopper.
   */
  readonly cleaning?: 'rules' | 'iqr' | 'isolation-forest'
  /** Kinds of items that a list leaves out unless its own options say otherwise; default `['bought', 'basket']`. */
  readonly exclude?: ListOptions['exclude']
  /**
   * The shop's own rules for lists, or the URL of a `rules.json` (`{ "rules": […] }`) at the page's own origin. With
   * `modelKeys`, the file must be signed. An invalid rule is left out, and a notice reports it. Default: none.
   */
  readonly rules?: readonly Rule[] | string
  /** Age in days at which events are erased; default 90. `Infinity` keeps events until the shopper erases them. */
  readonly retentionDays?: number
  /**
   * Function that returns the shop's context (not a promise) for a time, milliseconds since the epoch. The page calls
   * it with each event, with each list requested or watched, and when the page becomes visible again. The context has
   * an effect only if the base model was trained with contexts.
   * @example () => ({ weather: 'rain', promotion: 'summer-sale' })
   */
  readonly context?: (time: number) => Readonly<Record<string, string | undefined>>
}

/** Event in GA4's form, as a shop already emits it. `item_id` is short for `items: [{ item_id }]`. */
export interface CaptureInput {
  /** Name of the shopper's action. */
  readonly name: EventName
  /** Id of the item, if the event has only one. */
  readonly item_id?: string
  /** Items of the event, if it has several; `quantity` is the number of pieces ordered. */
  readonly items?: readonly {
    readonly item_id: string
    readonly quantity?: number
    /** Price of one piece, in the catalog's currency. */
    readonly price?: number
  }[]
  /** Query of a `search`, as the shopper typed it. */
  readonly search_term?: string
  /** Milliseconds for which the shopper looked at the product. A view of under a second counts as a misclick. */
  readonly dwell_ms?: number
  /**
   * Time of the action, milliseconds since the epoch, if it was not just now. A time within this visit, at most half an
   * hour ago, is stored; any other time counts as now.
   */
  readonly time?: number
}

/** Order of a signed-in shopper, from any device, as the shop's server stores it. */
export interface PastOrder {
  /** The shop's id of the order. An order that is imported again is not stored twice. */
  readonly id: string | number
  /** Time of the order, milliseconds since the epoch. */
  readonly time: number
  /** Items ordered, as in a `purchase`. */
  readonly items: NonNullable<CaptureInput['items']>
}

/**
 * Target of `forget`: one event by its id, all events of a name, all events about an item or a category, or all
 * searches for a query.
 */
export type Forgettable =
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'events'; readonly name: EventName }
  | { readonly kind: 'item' | 'category' | 'query'; readonly name: string }

/**
 * Personalizer of one page. After `close`, calls reject with NearsideError `closed`, and `capture` resolves with null.
 * While the worker is down, lists come in the catalog's sequence.
 */
export interface Personalizer {
  /**
   * Stores an event and resolves with its id. A bad event never throws: it is refused with a notice, and `capture`
   * resolves with null. Await `capture` before code that leaves the page: an event that is not stored by then can be
   * lost.
   */
  capture(input: CaptureInput): Promise<string | null>
  /**
   * Imports a signed-in shopper's own orders, e.g. at each sign-in; nothing leaves the device. Skipped are:
   *
   * - orders imported before;
   * - orders of the same items as a purchase captured within a day of the order;
   * - orders placed before the shopper last deleted an order or all data, if the device's log still contains that
   *   deletion;
   * - orders older than `retentionDays`, and all but the newest 1,000 orders;
   * - all orders, while learning is paused or the person in use (`profiles`) is not `me`.
   *
   * @returns number of orders newly stored; a notice reports invalid orders
   * @throws NearsideError `input-invalid` if `orders` is not an array; `engine-failed` if the code for the import can't
   * be loaded
   */
  seed(orders: readonly PastOrder[]): Promise<number>
  /**
   * Lists the shopper's events, newest first; `limit` defaults to 100. With `about`, only events that `forget` would
   * delete are listed.
   */
  events(options?: { limit?: number; about?: Forgettable }): Promise<readonly ShopperEvent[]>
  /** Recommends items, best first; without a base model, in the catalog's sequence. */
  recommend(options?: ListOptions): Promise<readonly Recommendation[]>
  /**
   * Finds items similar to `item`. Similarity comes from the model's item vectors, title, category and, if the shop's
   * event log has views, items viewed together. Items that differ in all of these are never listed, so the list may be
   * empty. With `from: 'picture'` similarity comes from the items' picture vectors alone.
   */
  similar(item: string, options?: ListOptions): Promise<readonly Recommendation[]>
  /**
   * Finds items bought in the same orders as `item`. For several items (a basket), items bought with most of these come
   * first, and the basket's own items are left out.
   */
  boughtTogether(
    item: string | readonly string[],
    options?: ListOptions,
  ): Promise<readonly Recommendation[]>
  /**
   * Ranks the given ids (e.g. a search result) for this shopper. A `groupId` gets the rank of its best variant. Unknown
   * ids come last, in the given sequence; items that the shop no longer sells are left out.
   */
  rerank(items: readonly string[], options?: RerankOptions): Promise<readonly Recommendation[]>
  /**
   * Calls `listener` as soon as the list of `query` is known, and again after each change. A watch costs less than a
   * request after each change.
   * @returns function that ends the watch
   */
  watch(query: ListQuery, listener: (answer: ListAnswer) => void): () => void
  /**
   * Explains an item's rank by the terms of its score. A `groupId` stands for its best variant, which the result's `id`
   * names. The result is null for an item that can't be shown, and while there is no base model.
   * @throws NearsideError `engine-failed` if the code for explanations, loaded on first use, can't be loaded
   */
  explain(item: string): Promise<Explanation | null>
  /**
   * Computes the rank that `item` would have in the list of `query` without the shopper's action that `reason` names.
   * The result is null if `reason` names no action, or that list lacks `item` in its first 400 places. The page's other
   * lists don't count (`distinct` is ignored).
   * @throws NearsideError `input-invalid` for an invalid query
   */
  rankWithout(item: string, reason: Reason, query: ListQuery): Promise<number | null>
  /**
   * Learns now, on any battery level and for as long as it takes.
   * @throws NearsideError `model-unreachable` without a base model; `aborted` if `signal` aborts or the personalizer is
   * paused; `engine-failed`, `fit-diverged`
   */
  fineTune(options?: {
    signal?: AbortSignal
    onProgress?: (done: number, steps: number) => void
  }): Promise<FitReport>
  /**
   * Chooses the engine; resolves when it is ready. The next fit runs on the engine that was requested last.
   * @throws NearsideError `engine-unavailable`; the previous preference then applies again
   */
  setEngine(engine: EnginePreference): Promise<void>
  /**
   * Requests the privacy terms of both aggregation servers and puts them into the snapshot. The request reveals nothing
   * about the shopper.
   * @throws NearsideError `aggregator-unreachable` if a server doesn't answer; `policy-mismatch` if the two servers
   *   disagree, or name other operators or keys than the shop does; `terms-beyond-limits` if the terms exceed the
   *   device's own limits; `round-closed` if the servers accept no updates now
   */
  contributionTerms(): Promise<ContributionTerms>
  /**
   * Stores the shopper's consent to the snapshot's `terms`, or withdraws it. A withdrawal also drops a waiting report.
   * In vault mode, the vault opens a window with its own text, in which the shopper must confirm the consent.
   * @param wording text beside the page's consent switch, at most 4,000 characters, which is stored with a consent; its
   *   SHA-256 goes into the log. In vault mode, the text of the vault's window replaces it
   * @throws NearsideError `input-invalid` if the shop declared no aggregators or the wording is invalid;
   *   `consent-missing` if Global Privacy Control is on; `storage-…` if the browser can't store the answer: a consent is
   *   then not given, and a withdrawal applies to this tab
   */
  setContribution(consent: boolean, wording?: string): Promise<void>
  /** Sends one model update now if consent, privacy budget and an open round allow it. */
  contribute(): Promise<{ readonly sent: boolean; readonly reason: string }>
  /** The shop's valid rules in use now, to pass to `searchAmong` of `nearside/search`; empty without rules. */
  rules(): Promise<readonly Rule[]>
  /** Checks for a newer base model now; the device also checks automatically. */
  checkForUpdate(): Promise<{ readonly adopted: boolean; readonly version: string }>
  /**
   * Pauses or resumes. While paused, no event is stored, and nothing is learned or sent; lists stay as they are.
   * @throws NearsideError `storage-…` if the browser can't store the pause; the pause then applies to this tab only
   */
  pause(paused: boolean): Promise<void>
  /**
   * Takes this page offline, or online again. Offline, running requests end and no further requests are made, not even
   * in a vault; learning, lists and search continue, and a due model update waits.
   */
  setOffline(offline: boolean): Promise<void>
  /**
   * Stores the shopper's answer to the option `persist: 'ask'`; every tab follows it. A yes writes all data of this
   * visit to disk at once. A no erases the disk, ends a consent to contribute, and continues in memory for this visit.
   * The spent privacy budget stays on disk.
   * @throws NearsideError `input-invalid` if the option `persist` is not `ask`; `storage-…` if the browser can't write
   *   or erase: the device then continues in memory, and the snapshot's `persist.unerased` says whether anything is left
   *   on disk
   */
  setPersist(allowed: boolean): Promise<void>
  /**
   * Stores whether the shopper allows their agent to ask this device (`nearside/agents`); every tab follows the answer.
   * @throws NearsideError `storage-…` if the browser can't store the answer on disk: a yes then does not count, and a no
   *   applies to this tab only; `input-invalid` for a yes in vault mode
   */
  setAgents(allowed: boolean): Promise<void>
  /**
   * Logs an agent's call; `nearside/agents` answers the agent only after `logAgentCall` resolves.
   * @param tool `search`, `recommend`, `compare` or `basket`
   * @param items number of items that the agent gets
   * @throws NearsideError `consent-missing` without the shopper's yes, `budget-exhausted` after 100 calls in 24 hours,
   * `storage-…` if the log can't be written to disk
   */
  logAgentCall(tool: 'search' | 'recommend' | 'compare' | 'basket', items: number): Promise<void>
  /**
   * Deletes one event, or all events about an item, a category, a query or an event name, and learns anew without them.
   * Only events of the person in use (`profiles`) are deleted.
   * @returns undo function, which puts the events back and learns anew. Only this page's memory holds the deleted
   *   events, for as long as the page keeps the function. It rejects with NearsideError `aborted` after anything else
   *   was forgotten, erased or put back, in any tab, and with `storage-…` if the browser can't store the events
   * @throws NearsideError `input-invalid` for an invalid `what`; `storage-…` if the browser can't delete the events on
   *   disk: they can then be gone from this tab, but return at the next visit
   */
  forget(what: Forgettable): Promise<() => Promise<void>>
  /**
   * Deletes everything stored on this device about the shopper and the people they shop for.
   * @throws NearsideError `storage-…` if the browser can't delete the data on disk
   */
  erase(): Promise<void>
  /**
   * Exports everything stored, as one JSON string. `nearside audit verify` detects later changes, because the export's
   * last log entry contains a hash of the other content.
   * @throws NearsideError `engine-failed` if the code for exports can't be loaded, `storage-…` if the log entry can't
   *   be stored
   */
  export(): Promise<string>
  /**
   * Encrypts the shopper's events for another device of the same shopper, and logs this export. The shopper carries the
   * file to the other device; nothing is sent. Consent, budget, log and the personal model stay on this device: the
   * other device learns anew. If both devices contribute, each pays for the shared events from its own privacy budget.
   * @throws NearsideError `engine-failed` if the code for transfers can't be loaded, `storage-…` if the log entry can't
   *   be stored
   */
  exportTransfer(): Promise<{
    /** Encrypted content, to be saved as a file. */
    readonly file: string
    /** Key of the file, four groups of four letters and digits, for the shopper to note down; nothing stores it. */
    readonly code: string
  }>
  /**
   * Imports the file that `exportTransfer` made on another device. Skipped are events stored here already, events older
   * than `retentionDays`, events about products that the shop no longer has, and the oldest events if there is not
   * enough room. An event that was forgotten here comes back if the file contains it. A failed import changes nothing.
   * @param code as the other device showed it; case and dashes don't matter
   * @returns number of events newly stored
   * @throws NearsideError `transfer-invalid` for a file of another kind, or a file that is too large; `transfer-locked`
   *   if the code doesn't open the file or the file was changed; `transfer-foreign` if the file belongs to another shop;
   *   `aborted` while paused; `engine-failed` if the code for transfers can't be loaded
   */
  importTransfer(file: string, code: string): Promise<number>
  /**
   * People for whom the shopper shops; the snapshot's `profiles` lists them. Each person has their own events, personal
   * model and lists. All people on the device share consent, privacy budget, pause and log. Model updates contain only
   * what the shopper does as `me`. All tabs use the same person. A person's name stays in this browser's database.
   * @throws NearsideError `input-invalid` for an unknown id or an invalid name; `storage-…` if the browser can't store
   *   the change. If storing fails, a switch applies to this tab only
   */
  readonly profiles: {
    /** Switches to a person, given as `me`, as `nobody` (the visit is in memory only) or by id. */
    switch(id: string): Promise<void>
    /** Adds a person; resolves with their id. A name has 1 to 40 characters, and there are at most 20 people. */
    add(name: string): Promise<string>
    rename(id: string, name: string): Promise<void>
    /** Deletes a person and their data. */
    remove(id: string): Promise<void>
  }
  /** Log of all data that left this device, and of every decision about sending. */
  readonly audit: {
    entries(): Promise<readonly LedgerEntry[]>
    /**
     * Recomputes the hash chain and checks the log's signatures; each signature covers all entries before it.
     * @throws NearsideError `engine-failed` if the code for verification can't be loaded
     */
    verify(): Promise<{
      readonly ok: boolean
      readonly entries: number
      readonly brokenAt: number | null
      readonly signed: number
    }>
  }
  /**
   * Calls `listener` each time the snapshot changes.
   * @returns function that ends the subscription
   */
  subscribe(listener: () => void): () => void
  /** Current snapshot, deeply frozen; the same object until something changes. */
  getSnapshot(): PersonalizerSnapshot
  /** Stores all captured events, then ends the worker. */
  close(): void
}
