/**
 * @module The public surface of `nearside`, whole. No tensor, no model internals: ids in, ids out.
 */
import type { Item } from '../catalog/item.ts'
import type { EventName } from '../events/event.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import type { ErrorCode } from '../protocol/error.ts'

/** `auto` lets the device choose; a forced engine that is unavailable falls back and says so. */
export type EnginePreference = 'auto' | 'webgpu' | 'wasm' | 'cpu' | 'js'

export interface PersonalizerOptions {
  /** The shop's products, or the URL of a `catalog.json` (an array of items). */
  readonly catalog: readonly Item[] | string
  /** URL of the directory that holds `latest.json`, same origin as the page. */
  readonly baseModel: string
  /** Makes the dedicated worker, e.g. `() => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`. */
  readonly worker: () => Worker
  readonly engine?: EnginePreference
  /** Where a consented upload goes. Absent: there is no upload path at all. */
  readonly federation?: { readonly leader: string; readonly helper: string }
  /** Name of the IndexedDB database; default `nearside`. */
  readonly database?: string
}

/** A GA4-shaped event as a shop already emits it; `item_id` is short for `items: [{ item_id }]`. */
export interface CaptureInput {
  readonly name: EventName
  readonly item_id?: string
  readonly items?: readonly {
    readonly item_id: string
    readonly quantity?: number
    readonly price?: number
  }[]
  readonly search_term?: string
  readonly dwell_ms?: number
}

export interface Recommendation {
  readonly id: string
  readonly score: number
  /** 1-based place in the base order (no personal parameters, no own history), for showing what moved. */
  readonly baseRank: number
  readonly reason: Reason
}

/**
 * Why an item stands where it stands: the largest term of its score, true to the model. For an item
 * above its base place, the largest term of the difference from the base score.
 */
export type Reason =
  | { readonly kind: 'because'; readonly item: string }
  | { readonly kind: 'bought-before' }
  | { readonly kind: 'category'; readonly category: string }
  | { readonly kind: 'taste' }
  | { readonly kind: 'popular' }

export interface ListOptions {
  readonly limit?: number
  /** `base`: the shop's order, the same for everybody. Default `personal`. */
  readonly order?: 'personal' | 'base'
  readonly exclude?: readonly string[]
  /** Only items of this category. */
  readonly category?: string
}

export interface FitReport {
  readonly engine: string
  readonly cases: number
  readonly lossBefore: number
  readonly lossAfter: number
  readonly fusionWeight: number
  /** False when the guard prefers the base model. */
  readonly active: boolean
  readonly milliseconds: number
}

export interface Notice {
  readonly code: ErrorCode
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

export interface PersonalizerSnapshot {
  readonly status: 'starting' | 'ready' | 'closed'
  /** Rises whenever a recommendation may have changed. */
  readonly revision: number
  readonly model: {
    readonly version: string
    readonly items: number
    readonly until: string
  } | null
  readonly engine: {
    readonly name: string
    readonly device: string
    readonly reason: string
  } | null
  readonly storage: 'indexeddb' | 'memory'
  /** Whether this tab leads (writes and learns) or follows. */
  readonly tab: 'leader' | 'follower'
  readonly events: { readonly count: number; readonly byName: Partial<Record<EventName, number>> }
  readonly cleaning: { readonly kept: number; readonly dropped: Readonly<Record<string, number>> }
  readonly fit: FitReport | null
  readonly fitting: { readonly done: number; readonly steps: number } | null
  readonly guard: {
    readonly active: boolean
    readonly logLikelihoodRatio: number
    readonly tested: number
  }
  /** What was learned, in words' raw material: strongest categories and items of the recent history. */
  readonly learned: readonly {
    readonly kind: 'category' | 'item'
    readonly name: string
    readonly strength: number
  }[]
  readonly paused: boolean
  readonly consent: { readonly contribute: boolean; readonly since: number | null }
  readonly sent: {
    readonly reports: number
    readonly bytes: number
    readonly epsilon: number | null
  }
  /** Newest first, at most 50: everything that degraded, each in one clear line. */
  readonly notices: readonly Notice[]
}

export interface Personalizer {
  /** Resolves when the event is stored; never throws for a bad event: it is refused with a notice. */
  capture(input: CaptureInput): Promise<void>
  recommend(options?: ListOptions): Promise<readonly Recommendation[]>
  /** Items like this one, by the model's item vectors and co-occurrence. */
  similar(item: string, options?: ListOptions): Promise<readonly Recommendation[]>
  /** Items bought in the same orders as this one. */
  boughtTogether(item: string, options?: ListOptions): Promise<readonly Recommendation[]>
  /** Orders given ids (a category, a search result); unknown ids keep their place at the end. */
  rerank(
    items: readonly string[],
    options?: Pick<ListOptions, 'limit' | 'order'>,
  ): Promise<readonly Recommendation[]>
  fineTune(options?: {
    signal?: AbortSignal
    onProgress?: (done: number, steps: number) => void
  }): Promise<FitReport>
  setEngine(engine: EnginePreference): Promise<void>
  setContribution(consent: boolean): Promise<void>
  /** Sends one report now if consent, budget and an open round allow; resolves with what happened. */
  contribute(): Promise<{ readonly sent: boolean; readonly reason: string }>
  /** Asks for a newer base model now (it also happens by itself). */
  checkForUpdate(): Promise<{ readonly adopted: boolean; readonly version: string }>
  pause(paused: boolean): Promise<void>
  /** Deletes the events about one item or category, and learns anew without them. */
  forget(what: { readonly kind: 'item' | 'category'; readonly name: string }): Promise<void>
  /** Deletes everything held about the shopper on this device. */
  erase(): Promise<void>
  /** Everything held, as one JSON string. */
  export(): Promise<string>
  readonly audit: {
    entries(): Promise<readonly LedgerEntry[]>
    /** Re-computes the hash chain. */
    verify(): Promise<{
      readonly ok: boolean
      readonly entries: number
      readonly brokenAt: number | null
    }>
  }
  subscribe(listener: () => void): () => void
  getSnapshot(): PersonalizerSnapshot
  close(): void
}
