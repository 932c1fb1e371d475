/** @module Reports when the clock passes a known time, such as the beginning of a sale, while the page is open. */

/** Maximum milliseconds until the clock is checked again, because timers stand still while a device sleeps. */
const LONGEST = 60_000

interface Clock<T> {
  readonly now: () => number
  readonly timers: { set(callback: () => void, milliseconds: number): T; clear(timer: T): void }
}

/**
 * Calls `onChange` whenever the clock has passed the next change, or was set back to before the last change.
 * @param since time of the last change, milliseconds since the epoch; with Infinity, `onChange` is called at once
 * @param nextAfter returns the time of the next change after a time, Infinity for none; called after `onChange`
 * @returns function that stops the calls
 */
export function followClock<T>(
  since: number,
  nextAfter: (time: number) => number,
  onChange: (now: number) => void,
  { now, timers }: Clock<T>,
): () => void {
  let from = since
  let next = nextAfter(since)
  let timer: T
  function look(): void {
    const time = now()
    if (time >= next || time < from) {
      onChange(time)
      from = time
      next = nextAfter(time)
    }
    if (next < Number.POSITIVE_INFINITY) timer = timers.set(look, Math.min(next - time, LONGEST))
  }
  look()
  return () => timers.clear(timer)
}
