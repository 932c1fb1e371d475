/**
 * @module Everything that crosses between the page and the worker, in one place. The page asks by
 * `call` and gets one `result` or `error` with the same id. Snapshots come unasked, each with the
 * watched lists that changed.
 */
import type { Item } from '../core/catalog/item.ts'
import type { WireError } from '../core/error.ts'
import type { Cleaning } from '../core/events/cleanings.ts'
import type { ShopperEvent } from '../core/events/event.ts'
import type { LatestModel } from '../core/model/manifest.ts'
import type { Imbalance, LearnerName } from '../core/personal/learners/names.ts'
import type { StrategyName } from '../core/personal/strategy.ts'
import type { CaptureInput, Forgettable, PastOrder } from './api.ts'
import type { Explanation, ListQuery, Recommendation } from './apiLists.ts'
import type { EnginePreference, FitReport, PersonalizerSnapshot } from './apiSnapshot.ts'
import type { Exclusion } from './exclusions.ts'
import type { DeviceConditions, TrainingBudget } from './learning/budget.ts'
import type { LedgerEntry } from './ledger/entry.ts'
import type { Verdict } from './ledger/verifyChain.ts'
import type { ContributionTerms } from './upload/terms.ts'

/** Options of `createPersonalizer` without what can't be cloned; all URLs absolute. */
export interface WorkerConfig {
  readonly catalog: readonly Item[] | string
  /** Ends in `/`. */
  readonly baseModel: string
  /** Unchecked. */
  readonly latest: LatestModel | null
  readonly engine: EnginePreference
  readonly federation: { readonly leader: string; readonly helper: string } | null
  readonly database: string
  readonly strategy: StrategyName
  readonly learners: readonly LearnerName[]
  readonly imbalance: Imbalance
  readonly cleaning: Cleaning
  readonly exclude: readonly Exclusion[]
  readonly budget: TrainingBudget
  readonly retentionDays: number
  readonly conditions: DeviceConditions
  /** The shop's context as last given, unchecked. */
  readonly context: unknown
}

/** An event with the identity and the time that the page gave it, so that sending it twice is harmless. */
export interface Captured {
  readonly id: string
  readonly time: number
  readonly input: CaptureInput
}

/** The page gives the id, and never gives it twice. */
export interface WatchedQuery {
  readonly id: number
  readonly query: ListQuery | null
}

export type WatchedList = { readonly id: number } & (
  | { readonly items: readonly Recommendation[] }
  | { readonly error: WireError }
)

/** What the page asks of the worker. */
export interface Calls {
  start(config: WorkerConfig): void
  ping(): void
  capture(captured: Captured): string | null
  seed(orders: readonly PastOrder[]): number
  events(limit: number, about?: Forgettable): readonly ShopperEvent[]
  list(query: ListQuery): readonly Recommendation[]
  /** Lists to be posted whenever they change, as they are now; null: no longer. */
  watch(queries: readonly WatchedQuery[]): readonly WatchedList[]
  explain(item: string): Explanation | null
  fineTune(): FitReport
  setEngine(engine: EnginePreference): void
  setContribution(consent: boolean): void
  contributionTerms(): ContributionTerms
  contribute(): { readonly sent: boolean; readonly reason: string }
  checkForUpdate(): { readonly adopted: boolean; readonly version: string }
  pause(paused: boolean): void
  forget(what: Forgettable): void
  erase(): void
  export(): string
  entries(): readonly LedgerEntry[]
  verify(): Verdict
  conditions(now: DeviceConditions): void
  /** The shop's context from here on, unchecked. */
  context(given: unknown): void
  close(): void
}

export type CallName = keyof Calls

export type ToWorker =
  | {
      [K in CallName]: {
        readonly kind: 'call'
        readonly id: number
        readonly name: K
        readonly args: Parameters<Calls[K]>
      }
    }[CallName]
  | { readonly kind: 'abort'; readonly id: number }

/** The worker's part of the snapshot; the page adds its own status and notices. */
export type WorkerSnapshot = Omit<PersonalizerSnapshot, 'status'>

export type FromWorker =
  /** The script has loaded. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  /** How far a fit is; `id` is that of the call which asked for it, null where nobody did. */
  | {
      readonly kind: 'progress'
      readonly id: number | null
      readonly done: number
      readonly steps: number
    }
  | {
      readonly kind: 'snapshot'
      readonly snapshot: WorkerSnapshot
      /** The watched ones that are other ones now. */
      readonly lists: readonly WatchedList[]
    }
  | {
      /** The catalog's order, for the page to fall back on should the worker die. */
      readonly kind: 'catalog'
      readonly ids: readonly string[]
      readonly categories: readonly string[]
    }

/** A worker, or what stands in for one. */
export interface Thread extends Pick<Worker, 'terminate'> {
  postMessage(message: ToWorker): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
  onmessageerror: ((event: MessageEvent) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}
