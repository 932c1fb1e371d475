/** @module What the parts of a device know in common, and the events by which they are connected. */
import type { EventName, ShopperEvent } from '../../core/events/event.ts'
import type { ShopContext } from '../../core/features/context/context.ts'
import type { LearnerWeight } from '../../core/personal/learners/names.ts'
import type { EnginePreference, PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { Deferral, DeviceConditions } from '../learning/budget.ts'
import type { StoredPersonal } from '../learning/versions.ts'
import type { WorkerConfig } from '../messages.ts'
import type { Settings } from '../storage/settingRows.ts'
import { NO_CONSENT, NOTHING_SENT } from '../upload/nothingSent.ts'
import type { ContributionTerms } from '../upload/terms.ts'

/** Plain data. Any part may read it; the one that is named writes it. */
export interface DeviceState {
  /** Rises whenever a list may have changed. By the device. */
  revision: number
  /** Rises when anything was erased, forgotten or put back, in any tab. By the device. */
  erasures: number
  /** As the page said last. By the device. */
  conditions: DeviceConditions
  /** Whether what is stored may outlive the page; null: the shopper has not answered. By the persistence. */
  persist: boolean | null
  /** Whether the browser refused to erase the disk after the shopper's no. By the persistence. */
  unerased: boolean
  /** By the device. */
  paused: boolean
  /** What the shop said of now. By the context. */
  context: ShopContext
  /** All that was captured, ascending by time, uncleaned; a new array for each change. By the shopper and the store. */
  events: readonly ShopperEvent[]
  /** The personal model in use. By the learner. */
  personal: StoredPersonal | null
  /** By the learner. */
  fitting: PersonalizerSnapshot['fitting']
  /** Why what there is to learn waits. By the learner. */
  deferred: Deferral | null
  /** What each learner that the shop chose counts for; empty without any. By the chosen learners. */
  learners: readonly LearnerWeight[]
  /** By the engine in use. */
  enginePreference: EnginePreference
  /** Null before one was needed. By the engine in use. */
  engine: PersonalizerSnapshot['engine']
  /** Whether this tab learns by itself. By the tabs. */
  leads: boolean
  /** By the contribution. */
  consent: Settings['consent']
  /** By the contribution. */
  sent: Settings['sent']
  /** What a consent agrees to. By the contribution. */
  terms: ContributionTerms | null
}

export function startingState({
  conditions,
  engine,
}: Pick<WorkerConfig, 'conditions' | 'engine'>): DeviceState {
  return {
    revision: 0,
    erasures: 0,
    conditions,
    persist: null,
    unerased: false,
    paused: false,
    context: {},
    events: [],
    personal: null,
    fitting: null,
    deferred: null,
    learners: [],
    enginePreference: engine,
    engine: null,
    leads: false,
    consent: NO_CONSENT,
    sent: NOTHING_SENT,
    terms: null,
  }
}

/** What tabs share through the store; `kept` and `unkept`: the shopper's answer to storing anything. */
export type Stored = 'events' | 'personal' | 'settings' | 'model' | 'erased' | 'kept' | 'unkept'

interface DeviceEvents {
  /** Something was stored here, which the other tabs have to read. */
  stored: Stored
  /** Another tab stored something, which is to be read here. */
  storedElsewhere: Stored
  /** The shopper did something, here or in another tab. */
  event: EventName
  /** A fit was stored here. */
  fitted: null
  /** How far a fit is that nobody asked for. */
  progress: { readonly done: number; readonly steps: number }
  /** The conditions are other ones now; what they were before. */
  conditions: DeviceConditions
  /** This tab leads from now on. */
  leading: null
  /** Lists may differ now. */
  lists: null
  /** What the page is shown of the device may differ now. */
  shown: null
  /** A listener failed. */
  failed: unknown
}

export interface Bus {
  on<K extends keyof DeviceEvents>(
    name: K,
    listener: (what: DeviceEvents[K]) => void | Promise<void>,
  ): void
  /** Each listener has begun when this returns. A failure of one is emitted as `failed`. */
  emit<K extends keyof DeviceEvents>(name: K, what: DeviceEvents[K]): void
}

export function createBus(): Bus {
  const listeners: { [K in keyof DeviceEvents]?: ((what: never) => void | Promise<void>)[] } = {}
  const emit: Bus['emit'] = (name, what) => {
    const run = async (listener: (what: never) => void | Promise<void>) => listener(what as never)
    for (const listener of listeners[name] ?? [])
      run(listener).catch((error) => {
        if (name !== 'failed') emit('failed', error)
      })
  }
  return {
    on(name, listener) {
      listeners[name] = [...(listeners[name] ?? []), listener]
    },
    emit,
  }
}
