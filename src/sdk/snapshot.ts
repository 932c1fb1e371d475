/** @module The page's snapshot: what the worker said last, with the page's own status and notices. */
import type { NearsideError } from '../core/error.ts'
import type { EnginePreference, Notice, PersonalizerSnapshot } from '../device/api.ts'
import type { WorkerSnapshot } from '../device/messages.ts'
import { DEVICE_TERMS, NO_CONSENT, NOTHING_SENT } from '../device/upload/terms.ts'
import { MAX_NOTICES, withNotice } from '../device/worker/notices.ts'

/** Before the worker has answered, and in React before there is one. */
export const STARTING: PersonalizerSnapshot = {
  status: 'starting',
  revision: 0,
  model: null,
  enginePreference: 'auto',
  engine: null,
  storage: 'memory',
  tab: 'follower',
  events: { count: 0, byName: {} },
  cleaning: { kept: 0, dropped: {} },
  fit: null,
  fitting: null,
  learners: [],
  deferred: null,
  guard: { active: true, logLikelihoodRatio: 0, tested: 0 },
  learned: [],
  paused: false,
  consent: NO_CONSENT,
  sent: NOTHING_SENT,
  terms: DEVICE_TERMS,
  notices: [],
}

export class PageSnapshot {
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()
  #current: PersonalizerSnapshot
  #ownNotices: readonly Notice[] = []
  #workersNotices: readonly Notice[] = []
  #workersRevision = -1

  constructor(now: () => number, enginePreference: EnginePreference) {
    this.#now = now
    this.#current = freezeDeep({ ...STARTING, enginePreference })
  }

  get current(): PersonalizerSnapshot {
    return this.#current
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  set(part: Partial<Pick<PersonalizerSnapshot, 'status' | 'fitting'>>): void {
    this.#set(part)
  }

  receive(snapshot: WorkerSnapshot): void {
    const before = this.#current.revision
    const moved = snapshot.revision !== this.#workersRevision
    this.#workersRevision = snapshot.revision
    this.#workersNotices = snapshot.notices
    // A restarted worker counts from the beginning; the page's revision never falls.
    const revision = moved ? Math.max(snapshot.revision, before + 1) : before
    this.#set({ ...snapshot, revision })
  }

  notify({ code, message }: NearsideError): void {
    this.#ownNotices = withNotice(this.#ownNotices, { code, message, time: this.#now() })
    this.#set({ revision: this.#current.revision + 1 })
  }

  #set(part: Partial<PersonalizerSnapshot>): void {
    const notices = [...this.#ownNotices, ...this.#workersNotices]
      .sort((a, b) => b.time - a.time)
      .slice(0, MAX_NOTICES)
    this.#current = freezeDeep({ ...this.#current, ...part, notices })
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Snapshots are shared with whoever subscribes; nobody may change them. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const entry of Object.values(value)) freezeDeep(entry)
  return Object.freeze(value)
}
