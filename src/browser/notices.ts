/** @module List of notices, in a file of its own, so that the page needs no code of the worker. */
import type { Notice } from './apiSnapshot.ts'

export const MAX_NOTICES = 50

/** Adds a notice, newest first. A notice replaces an equal notice, so an hour offline gives one notice, not sixty. */
export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  const others = notices.filter((old) => old.message !== notice.message)
  return [notice, ...others].slice(0, MAX_NOTICES)
}
