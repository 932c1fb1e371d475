/** @module The page's snapshot: the worker's last snapshot with the page's own status and notices. */
import type { NearsideError } from '@nearside/core/error.ts'
import type { EnginePreference, Notice, PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { WorkerSnapshot } from '../messages.ts'
import { MAX_NOTICES, withNotice } from '../notices.ts'
import { STARTING } from './starting.ts'

export class PageSnapshot {
  readonly #now: () => number
  readonly #warn: (line: string) => void
  readonly #listeners = new Set<() => void>()
  #current: PersonalizerSnapshot
  #ownNotices: readonly Notice[] = []
  #workersNotices: readonly Notice[] = []
  #workersRevision = -1

  /** @param warn called with each new notice */
  constructor(
    now: () => number,
    enginePreference: EnginePreference,
    warn: (line: string) => void = () => undefined,
  ) {
    this.#now = now
    this.#warn = warn
    this.#current = freezeDeep({ ...STARTING, enginePreference })
  }

  get current(): PersonalizerSnapshot {
    return this.#current
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  receive(snapshot: WorkerSnapshot): void {
    const before = this.#current.revision
    const moved = snapshot.revision !== this.#workersRevision
    this.#workersRevision = snapshot.revision
    this.#workersNotices = snapshot.notices
    // A restarted worker counts from 0 again; the page's revision must never fall.
    const revision = moved ? Math.max(snapshot.revision, before + 1) : before
    this.set({ ...snapshot, revision })
  }

  notify({ code, message }: NearsideError): void {
    this.#ownNotices = withNotice(this.#ownNotices, { code, message, time: this.#now() })
    this.set({ revision: this.#current.revision + 1 })
  }

  set(part: Partial<PersonalizerSnapshot>): void {
    const notices = [...this.#ownNotices, ...this.#workersNotices]
      .sort((a, b) => b.time - a.time)
      .slice(0, MAX_NOTICES)
    const known = new Set(this.#current.notices.map(({ message }) => message))
    for (const { code, message } of notices)
      if (!known.has(message)) this.#warn(`Nearside (${code}): ${message}`)
    this.#current = freezeDeep({ ...this.#current, ...part, notices })
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Freezes a snapshot deeply: all subscribers share it, and nobody may change it. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const entry of Object.values(value)) freezeDeep(entry)
  return Object.freeze(value)
}
