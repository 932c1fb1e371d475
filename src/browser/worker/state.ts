/** @module State and events that the parts of a device share, and the snapshot that the page gets. */

import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
import type { ShopContext } from '@nearside/core/features/context/context.ts'
import { GUARD_START } from '@nearside/core/learning/guard.ts'
import type { LearnerWeight } from '@nearside/core/learning/learners/names.ts'
import { countShaping, learnedOf } from '@nearside/core/ranking/learned.ts'
import type { EnginePreference, Notice, PersonalizerSnapshot } from '../apiSnapshot.ts'
import { NO_CONSENT, NOTHING_SENT } from '../contribution/nothingSent.ts'
import type { ContributionTerms } from '../contribution/terms.ts'
import type { Deferral, DeviceConditions } from '../learning/scheduler.ts'
import type { StoredPersonal } from '../learning/versions.ts'
import type { WorkerConfig, WorkerSnapshot } from '../messages.ts'
import { withNotice } from '../notices.ts'
import { ONLY_ME, type Profiles } from '../profiles.ts'
import type { Settings } from '../storage/settingRows.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

export interface Own {
  /** All captured events, ascending by time, not cleaned; a new array after each change. */
  events: readonly ShopperEvent[]
  /** Personal model in use. Written by `learner.ts`. */
  personal: StoredPersonal | null
}

/** Every part of the device reads the state; only the file that a field's comment names writes the field. */
export interface DeviceState {
  /** Revision; rises whenever a list could have changed. Written by `device.ts`. */
  revision: number
  /** Number that rises when something is erased, forgotten or put back, in any tab. Written by `erasure.ts`. */
  erasures: number
  /** Last conditions that the page sent. Written by `device.ts`. */
  conditions: DeviceConditions
  /** Whether stored data may outlive the page; null before the shopper's answer. Written by `persistence.ts`. */
  persist: boolean | null
  /** Whether the browser refused to erase the disk after the shopper's no. Written by `persistence.ts`. */
  unerased: boolean
  /** People whom the shopper shops for, and the person in use. Written by `profiles.ts`. */
  profiles: Profiles
  /** Written by `persistence.ts`. */
  paused: boolean
  /** The shop's current context. Written by `services.ts`. */
  context: ShopContext
  /** Events and personal model of the person in use; another object for each person. Written by `deviceStore.ts`. */
  own: Own
  /** Written by `learner.ts`. */
  fitting: PersonalizerSnapshot['fitting']
  /** Reason why learning is deferred; null if it isn't. Written by `learner.ts`. */
  deferred: Deferral | null
  /** Weight of each learner that the shop chose; empty without any. Written by `chosenLearners.ts`. */
  learners: readonly LearnerWeight[]
  /** Engine that the page requested. Written by `engineInUse.ts`. */
  enginePreference: EnginePreference
  /** Engine in use; null before an engine was needed. Written by `engineInUse.ts`. */
  engine: PersonalizerSnapshot['engine']
  /** Whether this tab leads: it works for all tabs, e.g. learns automatically. Written by `tabs.ts`. */
  leads: boolean
  /** Written by `contribution.ts`. */
  consent: Settings['consent']
  /** Whether the shopper allows agents to ask this device. Written by `storedData.ts` and `agents.ts`. */
  agents: boolean
  /** Number, bytes and privacy cost of the updates sent. Written by `contribution.ts`. */
  sent: Settings['sent']
  /** Terms that a consent would agree to. Written by `contribution.ts`. */
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
    profiles: { current: ONLY_ME.current, others: [] },
    paused: false,
    context: {},
    own: { events: [], personal: null },
    fitting: null,
    deferred: null,
    learners: [],
    enginePreference: engine,
    engine: null,
    leads: false,
    consent: NO_CONSENT,
    agents: false,
    sent: NOTHING_SENT,
    terms: null,
  }
}

/** Kinds of changes that tabs share: `kept` is the shopper's yes to storage, `unkept` their no. */
export type Stored = 'events' | 'personal' | 'settings' | 'model' | 'erased' | 'kept' | 'unkept'

interface DeviceEvents {
  /** This tab stored something that the other tabs must read. */
  stored: Stored
  storedElsewhere: Stored
  /** The shopper did something, in this tab or another. */
  event: EventName
  /** This tab stored a fit. */
  fitted: null
  /** Progress of an automatic fit. */
  progress: { readonly done: number; readonly steps: number }
  /** Conditions before they changed. */
  conditions: DeviceConditions
  /** From now on, this tab leads: it works for all tabs. */
  leading: null
  /** The ranker was built again without a download, e.g. because the search for items like new products has ended. */
  rebuilt: null
  /** Lists could have changed. */
  lists: null
  /** The snapshot could have changed. */
  shown: null
  /** A listener failed with this error. */
  failed: unknown
}

export interface Bus {
  on<K extends keyof DeviceEvents>(
    name: K,
    listener: (what: DeviceEvents[K]) => void | Promise<void>,
  ): void
  /** Calls all listeners before it returns. If a listener fails, the bus emits `failed`. */
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

export function snapshotOf(services: Services, shop: Shop, shopper: Shopper): WorkerSnapshot {
  const { config, state, store, notices, now } = services
  const { conditions, leads, own, persist, unerased } = state
  // Named one by one, because the page sees them: a new field of the state stays on the device until it is named here.
  const { revision, erasures, enginePreference, engine, profiles, fitting, deferred } = state
  const { learners, paused, consent, agents, sent, terms } = state
  const { report, events } = shopper.cleaned
  const manifest = shop.loaded?.model.manifest
  const byName: Record<string, number> = {}
  for (const { name } of own.events) byName[name] = (byName[name] ?? 0) + 1
  const { active, logLikelihoodRatio, tested } = own.personal?.guard ?? GUARD_START
  return {
    ...{ revision, erasures, enginePreference, engine, profiles, fitting, deferred },
    ...{ learners, paused, consent, agents, sent, terms },
    model: manifest
      ? {
          version: manifest.version,
          items: manifest.tail?.whole.items ?? manifest.items,
          until: manifest.data.until,
          searchTolerance: manifest.searchTolerance ?? 0,
          signed: shop.signed,
        }
      : null,
    storage: store.kind,
    persist: {
      ...{ option: config.persist, allowed: persist },
      ...(unerased && { unerased: true as const }),
    },
    tab: leads ? 'leader' : 'follower',
    events: { count: own.events.length, byName },
    retentionDays: config.retentionDays,
    cleaning: report,
    fit: own.personal?.summary ?? null,
    guard: { active, logLikelihoodRatio, tested },
    learnedFrom: countShaping(events, shop.find, now()),
    learned: learnedOf(events, shop.catalog, shop.find, now()),
    canContribute: config.federation !== null,
    globalPrivacyControl: conditions.globalPrivacyControl,
    notices: notices.list,
  }
}

export class Notices {
  readonly #now: () => number
  readonly #bus: Bus
  /** Newest first. */
  list: readonly Notice[] = []

  constructor(now: () => number, bus: Bus) {
    this.#now = now
    this.#bus = bus
    bus.on('failed', (error) => this.add(error))
  }

  add(error: unknown, code: ErrorCode = 'worker-failed', message = 'Something failed'): void {
    const known = NearsideError.from(error, code, message)
    const time = this.#now()
    this.list = withNotice(this.list, { code: known.code, message: known.message, time })
    this.#bus.emit('shown', null)
  }
}
