/** @module Snapshots are shared with whoever subscribes; nobody may change them. */

/** Freezes plain data all the way down and returns it. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const entry of Object.values(value)) freezeDeep(entry)
  return Object.freeze(value)
}
