/** @module Notices of everything that degraded, for the page: newest first, limited in number, each message once. */
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import type { Notice } from '../apiSnapshot.ts'
import type { Bus } from './state.ts'

export const MAX_NOTICES = 50

/** Adds a notice, newest first. A shop that is offline for an hour gives one notice, not sixty. */
export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  const others = notices.filter((old) => old.message !== notice.message)
  return [notice, ...others].slice(0, MAX_NOTICES)
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

  /** Adds a notice for a thrown error, or for a message with a code. */
  add(error: unknown, code: ErrorCode = 'worker-failed', message = 'Something failed'): void {
    const known = NearsideError.from(error, code, message)
    const time = this.#now()
    this.list = withNotice(this.list, { code: known.code, message: known.message, time })
    this.#bus.emit('shown', null)
  }
}
