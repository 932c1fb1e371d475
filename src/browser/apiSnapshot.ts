/** @module State of a personalizer, which a page can show; part of the public interface. */
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import type { Learned } from '@nearside/core/ranking/learned.ts'
import type { PersonalizerOptions } from './api.ts'
import type { ContributionTerms } from './contribution/terms.ts'

/**
 * Preferred engine. `auto` lets the device choose; `js` is plain JavaScript. Instead of an unavailable engine the
 * device uses another one, and a notice reports that.
 */
export type EnginePreference = 'auto' | 'webgpu' | 'wasm' | 'js'

/** Result of one fit of the personal model. */
export interface FitReport {
  /** Name of the engine that computed the fit, e.g. `wasm`. */
  readonly engine: string
  /** Number of cases, the shopper's actions that the fit learned to predict; 0 if there were none yet. */
  readonly cases: number
  /** Loss before the first step: weighted negative log-likelihood of the cases plus that of the prior, nats. */
  readonly lossBefore: number
  /** Loss after the last step, nats. */
  readonly lossAfter: number
  /**
   * Weight λ of the personal model in its fusion with the base model, 0 to 1; at 0 the ranking is exactly the base
   * model's.
   */
  readonly fusionWeight: number
  /** Whether the personal model is used; false if the base model predicts this shopper better. */
  readonly active: boolean
  /** Duration in milliseconds, from reading the events to the result. */
  readonly milliseconds: number
}

/** Notice about something that works worse than usual. */
export interface Notice {
  /** Error code, for the page's code to branch on. */
  readonly code: ErrorCode
  /** Message for people, one line. */
  readonly message: string
  /** Time of the notice, milliseconds since the epoch. */
  readonly time: number
}

/** Arm of a trial: personal lists, base lists (`hold-out`), or both in one list. */
export type Arm = 'personal' | 'hold-out' | 'interleaved'

/** Team that picked an item of an interleaved list: the personal ranking or the base ranking. */
export type Team = 'personal' | 'base'

/** State of a personalizer, for a page to show. */
export interface PersonalizerSnapshot {
  /** Status: `starting` until lists can be requested; `closed` is final. */
  readonly status: 'starting' | 'ready' | 'closed'
  /** Number that rises whenever a recommendation could have changed. */
  readonly revision: number
  /**
   * Number that changes whenever something is erased, forgotten or put back, in any tab. Undo functions that `forget`
   * returned before a change no longer work.
   */
  readonly erasures: number
  /** Base model in use; null while there is none. */
  readonly model: {
    readonly version: string
    readonly items: number
    /** End of the training data, as ISO time. */
    readonly until: string
    /** Relative difference in relevance within which `blend` reorders hits; learned from searches, 0 without them. */
    readonly searchTolerance: number
    /**
     * Release number of the model, signed under the shop's keys, and its expiry (milliseconds since the epoch); null if
     * the shop names no keys.
     */
    readonly signed: {
      readonly release: number
      readonly expires: number
      /** Whether the helper, the second aggregation server, signed the release, too. */
      readonly byHelper: boolean
    } | null
  } | null
  /** Engine requested by the option `engine` or by `setEngine`. */
  readonly enginePreference: EnginePreference
  /** Engine in use, the hardware that it runs on, and why it was chosen; null while no engine is ready. */
  readonly engine: {
    readonly name: string
    readonly device: string
    readonly reason: string
  } | null
  /**
   * Changes of prices, stock and products, read from `catalog.live`, for widgets; null without changes. If a large
   * catalog is loaded in parts, products loaded later count as added.
   */
  readonly live: LiveChanges | null
  /** Kind of storage. With `memory`, all data end with the page. */
  readonly storage: 'indexeddb' | 'memory'
  /** Option `persist` and the shopper's answer to it. */
  readonly persist: {
    readonly option: NonNullable<PersonalizerOptions['persist']>
    /** Whether the shopper's data may outlive the page; null before an answer. */
    readonly allowed: boolean | null
    /**
     * Present if the browser refused to erase data stored after an earlier yes. These data return at the next visit
     * unless a later no or `erase` deletes them.
     */
    readonly unerased?: true
  }
  /** Whether a vault (frame on another origin) holds the data; the page reaches them only through the personalizer. */
  readonly vault: boolean
  /**
   * People whom the shopper shops for. `current` is `me`, `nobody` (this visit is not stored), or the id of one of
   * `others`, the same in all tabs. `personalizer.profiles` changes `current`.
   */
  readonly profiles: {
    readonly current: string
    readonly others: readonly { readonly id: string; readonly name: string }[]
  }
  /** Role of this tab: `leader` for the tab that learns automatically for all tabs, else `follower`. */
  readonly tab: 'leader' | 'follower'
  /** Number of stored events, in total and by name. */
  readonly events: { readonly count: number; readonly byName: Partial<Record<EventName, number>> }
  /** Age in days at which events are erased; absent until the worker has answered. */
  readonly retentionDays?: number
  /** Number of events learned from, and number of events left out, by reason. */
  readonly cleaning: { readonly kept: number; readonly dropped: Readonly<Record<string, number>> }
  /** Last fit; null before the first fit. */
  readonly fit: FitReport | null
  /** Progress of the current fit, in steps; null while no fit runs. */
  readonly fitting: { readonly done: number; readonly steps: number } | null
  /** Weight of each chosen learner, and of `model`, the ranking without learners; empty without learners. */
  readonly learners: readonly { readonly name: string; readonly weight: number }[]
  /**
   * Reason why learning is deferred: `hidden`, `battery`, `save-data` or `spent` (the page's time for fits is used up).
   */
  readonly deferred: 'hidden' | 'battery' | 'save-data' | 'spent' | null
  /** State of the guard, which decides whether the personal model is used. */
  readonly guard: {
    /** Whether the personal model is used; false if the base model predicts this shopper better. */
    readonly active: boolean
    /** Log-likelihood ratio of the personal model over the base model, on events that came after a fit, nats. */
    readonly logLikelihoodRatio: number
    /** Number of events on which the guard has compared both models. */
    readonly tested: number
  }
  /** Trial (`holdOut` or `interleave` of `nearside/measure`) and this browser's arm; null without a trial. */
  readonly trial: { readonly name: string; readonly share: number; readonly arm: Arm } | null
  /**
   * Number of stored actions that shape the lists. Repetitions and misclicks don't count. A click and the view that
   * follows it count as one action. Searches count only if they find anything.
   */
  readonly learnedFrom: number
  /** The shopper's strongest recent interests (categories, items, queries), for a page that describes them. */
  readonly learned: readonly Learned[]
  /** Whether the personalizer is paused: no event is stored, and nothing is learned or sent. */
  readonly paused: boolean
  /** Whether the shop named aggregation servers; contributing needs them. */
  readonly canContribute: boolean
  /**
   * Consent to contribute. `since`: its time, milliseconds since the epoch; `wording`: text that `setContribution`
   * got, if any.
   */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly wording?: string
  }
  /** Whether the shopper allows their agent to ask this device (`nearside/agents`). */
  readonly agents: boolean
  /**
   * Whether the browser sends Global Privacy Control. While it does, no consent can be given, and an earlier consent
   * sends nothing.
   */
  readonly globalPrivacyControl: boolean
  /**
   * Reports sent. `reports` counts the reports that the leader (first aggregation server) accepted. `bytes` and
   * `epsilon` also cover failed attempts, whose reports could have arrived.
   */
  readonly sent: {
    readonly reports: number
    readonly bytes: number
    /** ε of the last year's reports, at the δ of the last report; null while nothing was sent. */
    readonly epsilon: number | null
    /** ε of all reports ever, at the δ of the last report. */
    readonly epsilonEver?: number
  }
  /**
   * Recipients of model updates, and the updates' maximum privacy cost; null until `contributionTerms()` has requested
   * them. Show them before `setContribution(true)`, which agrees to exactly these terms.
   */
  readonly terms: ContributionTerms | null
  /** Notices about everything that works worse than usual, one line each, newest first, at most 50. */
  readonly notices: readonly Notice[]
}
