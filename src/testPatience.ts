/** @module Waiting in tests: as long as a busy machine may take, where Vitest's own second decides. */
import { vi } from 'vitest'

/** Resolves with what `check` returns once it no longer throws. */
export function waitFor<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 })
}
