/** @module Of the public surface: the state that a page shows. */
import type { ErrorCode } from '../core/error.ts'
import type { EventName } from '../core/events/event.ts'
import type { LearnerWeight } from '../core/personal/learners/names.ts'
import type { Learned } from '../core/ranking/learned.ts'
import type { Deferral } from './learning/budget.ts'
import type { Persist } from './persists.ts'
import type { ContributionTerms } from './upload/terms.ts'

/**
 * `auto` lets the device choose; a forced engine that is unavailable falls back and says so. `js` is
 * plain JavaScript.
 */
export type EnginePreference = 'auto' | 'webgpu' | 'wasm' | 'js'

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

/** Which lists a browser of a trial sees: its own, those that everybody sees, or both in one. */
export type Arm = 'personal' | 'hold-out' | 'interleaved'

/** Whose pick an item of an interleaved list is: of the shopper's own order, or of everybody's. */
export type Team = 'personal' | 'base'

/** The state that a page shows. */
export interface PersonalizerSnapshot {
  /** `starting` until lists can be asked for; `closed` for good. */
  readonly status: 'starting' | 'ready' | 'closed'
  /** Rises whenever a recommendation may have changed. */
  readonly revision: number
  /**
   * Another number whenever anything was erased, forgotten or put back, in any tab: what `forget`
   * returned before can put nothing back any more, so let go of it.
   */
  readonly erasures: number
  /** The base model in use; null while there is none. */
  readonly model: {
    readonly version: string
    readonly items: number
    /** ISO time at which what it was trained on ends. */
    readonly until: string
    /** For `blend` of `nearside/search`: what the shop's own searches have taught, 0 without. */
    readonly searchTolerance: number
    /** Which release it is by the keys that the shop names, and until when (milliseconds since the epoch); null where it names none. */
    readonly signed: {
      readonly release: number
      readonly expires: number
      /** The helper has signed it, too. */
      readonly byHelper: boolean
    } | null
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
  /** The option `persist`, and the shopper's answer to it. */
  readonly persist: {
    readonly option: Persist
    /** Whether what the shopper does may outlive the page; null before an answer. */
    readonly allowed: boolean | null
    /** The browser refused to erase what an earlier yes stored. It is there at the next visit, unless a later no or `erase` erases it. */
    readonly unerased?: true
  }
  /** Whether it is kept in a vault, out of reach for the page's scripts but through the personalizer. */
  readonly vault: boolean
  /** Whether this tab leads (learns by itself) or follows. */
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
  /** The comparison that this browser takes part in (`holdOut` or `interleave` of `nearside/measure`), and as what; null in none. */
  readonly trial: { readonly name: string; readonly share: number; readonly arm: Arm } | null
  /**
   * Number of stored actions that shape the lists: the shopper's, without repetitions and slips, a click and the
   * look that it led to as one, and searches that find anything.
   */
  readonly learnedFrom: number
  /** What was learned, in words' raw material: strongest categories, items and queries of the recent history. */
  readonly learned: readonly Learned[]
  /** True: no event is kept, and nothing is learned or sent. */
  readonly paused: boolean
  /** Whether the shop named aggregation servers: without them nothing can be contributed. */
  readonly canContribute: boolean
  /**
   * Whether the shopper agreed to contribute, since when (milliseconds since the epoch), and to
   * which words, where `setContribution` was given them.
   */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly wording?: string
  }
  /**
   * The browser asks sites not to share (Global Privacy Control): no consent can be given, and one
   * that was given sends nothing.
   */
  readonly globalPrivacyControl: boolean
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
   * Who gets updates, and what they cost at most: to be shown before `setContribution(true)`, which agrees to
   * exactly this. Null until the aggregators were asked by `contributionTerms()`.
   */
  readonly terms: ContributionTerms | null
  /** Newest first, at most 50: everything that degraded, each in one clear line. */
  readonly notices: readonly Notice[]
}
