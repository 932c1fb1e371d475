/** @module Loops of commands with `--watch`, which run until they are stopped. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DAY } from '@nearside/core/time.ts'
import { findFile } from '@nearside/train/shop/lines.ts'

interface Watch {
  /** Waits; returns early if `signal` aborts. */
  wait(milliseconds: number): Promise<void>
  readonly signal: AbortSignal
}

interface LogWatch extends Watch {
  /** Clock, in milliseconds since the epoch. */
  now(): number
  /** Text that changes whenever the log changes; null while there is no log. */
  stampOf(): Promise<string | null>
  update(): Promise<void>
  /** Handles a failed update; can throw, which ends the watch. */
  onFailure(error: unknown): Promise<void>
}

interface FeedWatch extends Watch {
  /** Milliseconds between two readings of the feed. */
  readonly interval: number
  round(): Promise<void>
  onFailure(error: unknown): void
}

const LOOK_EVERY = 60_000
/** Maximum number of milliseconds between two tries while the feed fails, unless `interval` is longer. */
const SLOWEST = 3_600_000

export const waitUntil = (signal: AbortSignal) => (milliseconds: number) =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)

/** Updates the model at once, then at most once a day (UTC), and never twice at the same time. */
export async function watchLog(watch: LogWatch): Promise<void> {
  let last = { stamp: null as string | null, day: -1 }
  while (!watch.signal.aborted) {
    // The stamp is taken before `update` reads the log, so events that arrive meanwhile cause an update the next night.
    const next = { stamp: await watch.stampOf(), day: Math.floor(watch.now() / DAY) }
    if (next.stamp !== null && next.stamp !== last.stamp && next.day > last.day) {
      last = next
      await watch.update().catch(watch.onFailure)
    }
    if (!watch.signal.aborted) await watch.wait(LOOK_EVERY)
  }
}

/** Stamp of a shop's event file: its length and modification time; null if there is no file. */
export async function stampOfLog(shop: string): Promise<string | null> {
  const found = await findFile(join(shop, 'events.tsv'))
  const file = found === undefined ? null : await stat(found).catch(() => null)
  return file && `${file.size} ${file.mtimeMs}`
}

/** Reads the feed repeatedly, and less often while it fails. */
export async function watchFeed({ interval, wait, round, onFailure, signal }: FeedWatch) {
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
