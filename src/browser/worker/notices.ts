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

export type Notices = ReturnType<typeof createNotices>

export function createNotices(now: () => number, bus: Bus) {
  let notices: readonly Notice[] = []
  /** Adds a notice for a thrown error, or for a message with a code. */
  function add(
    error: unknown,
    code: ErrorCode = 'worker-failed',
    message = 'Something failed',
  ): void {
    const known = NearsideError.from(error, code, message)
    notices = withNotice(notices, { code: known.code, message: known.message, time: now() })
    bus.emit('shown', null)
  }
  bus.on('failed', (error) => add(error))
  return { add, list: () => notices }
}
