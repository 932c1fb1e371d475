/** @module What degraded, for the page to show: newest first, bounded, the same thing only once. */
import { type ErrorCode, NearsideError } from '../../core/error.ts'
import type { Notice } from '../api.ts'
import type { Bus } from './state.ts'

export const MAX_NOTICES = 50

export interface Notices {
  /** A thrown thing, or a sentence under a code. */
  add(error: unknown, code?: ErrorCode, message?: string): void
  list(): readonly Notice[]
}

export function createNotices(now: () => number, bus: Bus): Notices {
  let notices: readonly Notice[] = []
  const kept: Notices = {
    add(error, code = 'worker-failed', message = 'Something failed') {
      const known = NearsideError.from(error, code, message)
      const notice: Notice = { code: known.code, message: known.message, time: now() }
      // A shop that is offline for an hour is one fact, not sixty.
      const others = notices.filter((old) => old.message !== notice.message)
      notices = [notice, ...others].slice(0, MAX_NOTICES)
      bus.emit('shown', null)
    },
    list: () => notices,
  }
  bus.on('failed', (error) => kept.add(error))
  return kept
}
