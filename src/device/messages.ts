/**
 * @module Everything that crosses between the page and the worker, in one place. The page asks by
 * `call` and gets one `result` or `error` with the same id. Snapshots come unasked, each with the
 * watched lists that changed.
 */
import type { WireError } from '../core/error.ts'
import type { ShopperEvent } from '../core/events/event.ts'
import type { ListQuery, Recommendation } from '../core/ranking/apiLists.ts'
import type { CaptureInput, Forgettable, Personalizer, PersonalizerOptions } from './api.ts'
import type { FitReport, PersonalizerSnapshot } from './apiSnapshot.ts'
import type { DeviceConditions, TrainingBudget } from './learning/budget.ts'
import type { LedgerEntry } from './ledger/entry.ts'
import type { Verdict } from './ledger/verifyChain.ts'
import type { Forgotten } from './storage/eventRows.ts'

type Given = Required<PersonalizerOptions>

/** Options of `createPersonalizer` without what can't be cloned; all URLs absolute, `baseModel` ends in `/`. */
export interface WorkerConfig
  extends Pick<Given, 'catalog' | 'baseModel' | 'engine' | 'database' | 'strategy' | 'learners'>,
    Pick<Given, 'imbalance' | 'cleaning' | 'exclude' | 'retentionDays' | 'persist'> {
  /** Unchecked. */
  readonly latest: Given['latest'] | null
  /** Unchecked; null where any model is taken. */
  readonly modelKeys: Given['modelKeys'] | null
  readonly federation: Given['federation'] | null
  /** Unchecked, or where they are; null for none. */
  readonly rules: readonly unknown[] | string | null
  readonly budget: TrainingBudget
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

/** What is asked of the worker as it is asked of the page. */
type Same<Names extends keyof Personalizer> = {
  [K in Names]: Personalizer[K] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : never
}

export interface LoggedForgotten extends Forgotten {
  /** Sequence of the log's entry; null where it could not be written. */
  readonly logged: number | null
}

/** What the page asks of the worker. */
export interface Calls
  extends Same<'seed' | 'explain' | 'setEngine' | 'pause' | 'setPersist' | 'erase' | 'export'>,
    Same<'exportTransfer' | 'importTransfer'>,
    Same<'setContribution' | 'contributionTerms' | 'contribute' | 'checkForUpdate'> {
  start(config: WorkerConfig): void
  ping(): void
  capture(captured: Captured): string | null
  events(limit: number, about?: Forgettable): readonly ShopperEvent[]
  list(query: ListQuery): readonly Recommendation[]
  /** What went, for `restore`. */
  forget(what: Forgettable): LoggedForgotten
  restore(forgotten: LoggedForgotten): void
  /** Lists to be posted whenever they change, as they are now; null: no longer. */
  watch(queries: readonly WatchedQuery[]): readonly WatchedList[]
  fineTune(): FitReport
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

/** The worker's part of the snapshot; the page adds its own status and notices, and where the worker is. */
export type WorkerSnapshot = Omit<PersonalizerSnapshot, 'status' | 'vault' | 'trial'>

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
