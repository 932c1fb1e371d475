/** @module Reads the `live.json` of a published folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiveFile } from '@nearside/core/catalog/live.ts'
import { parseLive } from '@nearside/core/catalog/parseLive.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { createReaders } from '@nearside/core/reading.ts'
import type { FeedState } from './fetchFeed.ts'

export const LIVE_JSON = 'live.json'

const HOUR = 3_600_000

/** File as `sync` writes it. Devices ignore `feed`. */
export interface SyncedFile extends LiveFile {
  /** Feed that the changes come from; absent if the feed must be read again. */
  readonly feed?: FeedState
}

const { object, optional, text } = createReaders(
  (what) => new NearsideError('catalog-invalid', `${LIVE_JSON}: ${what} is malformed`),
)
const readFeed = optional(
  object<FeedState>({
    of: text(/^[0-9a-f]{16}$/),
    etag: optional(text(/^[\x20-\x7e]+$/)),
    modified: optional(text(/^[\x20-\x7e]+$/)),
  }),
)

/** Whether `sync` seems to have stopped: while it works, it renews the file's time each hour. */
export function isStale({ time, minutes }: LiveFile, now: number): boolean {
  return !(Math.abs(now - Date.parse(time)) <= Math.max(2 * HOUR, 3 * minutes * 60_000))
}

/** Reads the file; null if it is missing or damaged, so that `sync` makes it anew. */
export async function readLiveJson(out: string): Promise<SyncedFile | null> {
  try {
    const value: unknown = JSON.parse(await readFile(join(out, LIVE_JSON), 'utf8'))
    const live = parseLive(value)
    return { ...live, feed: readFeed((value as { readonly feed?: unknown }).feed, 'feed') }
  } catch {
    return null
  }
}
