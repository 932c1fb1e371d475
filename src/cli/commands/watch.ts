/** @module `pretrain --watch`: publishes one more version each night in which the log has grown. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY } from '@nearside/core/time.ts'
import { findFile } from '@nearside/train/shop/lines.ts'

interface Nights {
  /** Clock, in milliseconds since the epoch. */
  now(): number
  /** Waits so many milliseconds; ends early if `signal` aborts. */
  wait(milliseconds: number): Promise<void>
  /** Text that changes whenever the log changes; null while there is no log. */
  stampOf(): Promise<string | null>
  update(): Promise<void>
  /** Handles a failed update; can throw, which ends the watch. */
  onFailure(error: unknown): Promise<void>
  readonly signal: AbortSignal
}

const LOOK_EVERY = 60_000

/** Updates the model at once, then at most once a day (UTC), and never twice at the same time. */
export async function watchLog(nights: Nights): Promise<void> {
  let last = { stamp: null as string | null, day: -1 }
  while (!nights.signal.aborted) {
    // The log's stamp is taken before `update` reads the log: events that arrive meanwhile are for the next night.
    const next = { stamp: await nights.stampOf(), day: Math.floor(nights.now() / DAY) }
    if (next.stamp !== null && next.stamp !== last.stamp && next.day > last.day) {
      last = next
      await nights.update().catch(nights.onFailure)
    }
    if (!nights.signal.aborted) await nights.wait(LOOK_EVERY)
  }
}

/** Stamp of a shop's event file: its length and modification time; null if there is no file. */
export async function stampOfLog(shop: string): Promise<string | null> {
  const found = await findFile(join(shop, 'events.tsv'))
  const file = found === undefined ? null : await stat(found).catch(() => null)
  return file && `${file.size} ${file.mtimeMs}`
}
