/** @module `sync --watch`: reads the feed repeatedly, and less often while it fails. */

interface Rounds {
  /** Milliseconds between two readings of the feed. */
  readonly interval: number
  /** Waits so many milliseconds; ends early if `signal` aborts. */
  wait(milliseconds: number): Promise<void>
  round(): Promise<void>
  onFailure(error: unknown): void
  readonly signal: AbortSignal
}

/** Maximum number of milliseconds between two tries while the feed fails, unless `interval` is longer. */
const SLOWEST = 3_600_000

export async function watchFeed({ interval, wait, round, onFailure, signal }: Rounds) {
  for (let failed = 0; !signal.aborted; ) {
    try {
      await round()
      failed = 0
    } catch (error) {
      if (signal.aborted) return
      failed++
      onFailure(error)
    }
    const slower = Math.min(interval * 2 ** failed, SLOWEST)
    if (!signal.aborted) await wait(Math.max(interval, slower))
  }
}
