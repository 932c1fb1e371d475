/** @module `pretrain --watch`: each night, where the log has grown, one more version. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY } from '../core/time.ts'
import { findFile } from '../train/shop/lines.ts'

interface Nights {
  /** Milliseconds since the epoch. */
  now(): number
  /** May end early when `signal` says so. */
  wait(milliseconds: number): Promise<void>
  /** Another one when the log is; null while there is none. */
  stampOf(): Promise<string | null>
  /** Publishes the next version, or throws why not. */
  update(): Promise<void>
  /** May throw to end it. */
  onFailure(error: unknown): Promise<void>
  readonly signal: AbortSignal
}

const LOOK_EVERY = 60_000

/** The first update is at once, the others at most one a day (UTC), never two at a time. */
export async function watchLog(nights: Nights): Promise<void> {
  let last = { stamp: null as string | null, day: -1 }
  while (!nights.signal.aborted) {
    // Before the log is read: what comes meanwhile is for the next night.
    const next = { stamp: await nights.stampOf(), day: Math.floor(nights.now() / DAY) }
    if (next.stamp !== null && next.stamp !== last.stamp && next.day > last.day) {
      last = next
      await nights.update().catch(nights.onFailure)
    }
    if (!nights.signal.aborted) await nights.wait(LOOK_EVERY)
  }
}

/** By length and time of the file that holds a shop's events. */
export async function stampOfLog(shop: string): Promise<string | null> {
  const found = await findFile(join(shop, 'events.tsv'))
  const file = found === undefined ? null : await stat(found).catch(() => null)
  return file && `${file.size} ${file.mtimeMs}`
}
