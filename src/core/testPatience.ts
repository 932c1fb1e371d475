/** @module Waits for a condition in tests. Vitest waits one second by default, which is too short on a busy machine. */
import { vi } from 'vitest'

export function waitFor<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 })
}
