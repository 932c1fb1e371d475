/**
 * @module All messages between the page and the worker. The page sends a `call` and gets one `result` or `error` with
 * the same id. The worker also sends snapshots, each with the watched lists that changed.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import type { WireError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { CaptureInput, Forgettable, Personalizer, PersonalizerOptions } from './api.ts'
import type { FitReport, PersonalizerSnapshot } from './apiSnapshot.ts'
import type { DeviceConditions } from './learning/scheduler.ts'
import type { LedgerEntry } from './ledger/entry.ts'
import type { Verdict } from './ledger/verifyChain.ts'
import type { Forgotten } from './storage/eventRows.ts'

type Given = Required<PersonalizerOptions>

/**
 * Options of `createPersonalizer` in a form that can be posted to the worker. All URLs are absolute; `baseModel` ends
 * in `/`.
 */
export interface WorkerConfig
  extends Pick<Given, 'engine' | 'strategy' | 'learners'>,
    Pick<Given, 'imbalance' | 'cleaning' | 'exclude' | 'retentionDays' | 'persist'> {
  readonly catalog: readonly Item[] | string
  readonly baseModel: string
  readonly database: string
  /** Content of `latest.json` from the rendered page, not validated; null without it. */
  readonly latest: LatestModel | null
  /** Model keys, not validated; null if any model is accepted. */
  readonly modelKeys: Given['modelKeys'] | null
  readonly federation: Given['federation'] | null
  /** Rules, not validated, or their URL; null without rules. */
  readonly rules: readonly unknown[] | string | null
  /** URL of `live.json`; null without one. */
  readonly live: string | null
  readonly conditions: DeviceConditions
  /** The shop's last context, not validated. */
  readonly context: unknown
}

/** Event with the page's id and time, so that it is stored only once even if the page sends it again. */
export interface Captured {
  readonly id: string
  readonly time: number
  readonly input: CaptureInput
  /** Id of the person to whom the event belongs; absent until the device has told the page which person is in use. */
  readonly person?: string
}

/** Watched query. The page chooses the id and never reuses it; a null query ends the watch. */
export interface WatchedQuery {
  readonly id: number
  readonly query: ListQuery | null
}

export type WatchedList = { readonly id: number } & (
  | { readonly items: readonly Recommendation[] }
  | { readonly error: WireError }
)

/** Methods of the personalizer whose calls the page only forwards to the worker, with their numbers of arguments. */
export const FORWARDED = {
  seed: 1,
  setContribution: 2,
  contributionTerms: 0,
  contribute: 0,
  checkForUpdate: 0,
  rules: 0,
  pause: 1,
  setPersist: 1,
  setAgents: 1,
  logAgentCall: 2,
  erase: 0,
  export: 0,
  exportTransfer: 0,
  importTransfer: 2,
} as const satisfies Partial<Record<keyof Personalizer, number>>

export type Forwarded = keyof typeof FORWARDED

/** Calls with the same parameters and results as the personalizer's methods. */
type Same<Names extends keyof Personalizer> = {
  [K in Names]: Personalizer[K] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : never
}

export interface LoggedForgotten extends Forgotten {
  readonly profile: string
  /** Sequence number of the log entry about this `forget`; null if the log could not store it. */
  readonly logged: number | null
}

export interface Calls extends Same<Forwarded | 'explain' | 'rankWithout' | 'setEngine'> {
  start(config: WorkerConfig): void
  ping(): void
  capture(captured: Captured): string | null
  events(limit: number, about?: Forgettable): readonly ShopperEvent[]
  list(query: ListQuery): readonly Recommendation[]
  forget(what: Forgettable): LoggedForgotten
  restore(forgotten: LoggedForgotten): void
  /** Starts or ends watches and returns the new lists. From then on, the worker posts each list when it changes. */
  watch(queries: readonly WatchedQuery[]): readonly WatchedList[]
  fineTune(): FitReport
  entries(): readonly LedgerEntry[]
  /** Resolves with the id of an added person. */
  profiles(what: keyof Personalizer['profiles'], ...given: string[]): string | undefined
  verify(): Verdict
  conditions(now: DeviceConditions): void
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

/** The worker's part of the snapshot. The page adds the other fields, and its own notices. */
export type WorkerSnapshot = Omit<PersonalizerSnapshot, 'status' | 'vault' | 'trial' | 'live'>

export type FromWorker =
  /** Sent as soon as the worker's script has loaded. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  /** Progress of a fit. `id` is the id of the call that requested the fit, or null for an automatic fit. */
  | {
      readonly kind: 'progress'
      readonly id: number | null
      readonly done: number
      readonly steps: number
    }
  | {
      readonly kind: 'snapshot'
      readonly snapshot: WorkerSnapshot
      readonly lists: readonly WatchedList[]
    }
  /** Changes of prices, stock and products since the catalog was published; null without changes. */
  | { readonly kind: 'live'; readonly changes: LiveChanges | null }
  | {
      /** The catalog's items in sequence, which the page's lists show if the worker dies. */
      readonly kind: 'catalog'
      readonly ids: readonly string[]
      readonly categories: readonly string[]
    }

export interface Thread extends Pick<Worker, 'terminate'> {
  postMessage(message: ToWorker): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
  onmessageerror: ((event: MessageEvent) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}
