/** @module Fetches a shop's product feed into a file, unless it is the same as last time. */
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { withFolder } from '@nearside/train/withFolder.ts'
import { type Fetching, fetchWhole } from '../systems/fetchWhole.ts'

/** State by which `sync` recognises that a feed has not changed. */
export interface FeedState {
  /** Start of a SHA-256 of `how` and the feed's address. It is a hash, because the address may contain a secret. */
  readonly of: string
  readonly etag?: string
  readonly modified?: string
}

interface FeedRequest extends Fetching {
  readonly url: string
  /** Options by which the feed is read, as text. A feed that is read by other options counts as changed. */
  readonly how: string
  /** State of the last feed that was used; null to fetch in any case. */
  readonly last: FeedState | null
}

/** Maximum clock difference between servers that answer for the same feed address, milliseconds. */
const SKEW = 3_600_000

/**
 * @param read reads the feed's file, which exists only during the call
 * @returns null if the feed has not changed
 * @throws NearsideError `input-invalid` if the server doesn't send the feed, or sends one older than the last; also the
 *   errors of `read`
 */
export async function readFeed<T>(
  { url, how, last, ...fetching }: FeedRequest,
  read: (path: string) => Promise<T>,
): Promise<{ readonly value: T; readonly state: FeedState } | null> {
  const of = (await sha256Hex(utf8(how + url))).slice(0, 16)
  const known = last?.of === of ? last : null
  const headers = {
    ...(known?.etag && { 'if-none-match': known.etag }),
    ...(known?.modified && { 'if-modified-since': known.modified }),
  }
  const { response, body } = await fetchWhole(url, { headers }, fetching)
  if (response.status === 304) return null
  if (!response.ok) throw invalidInput(`the server answers with status ${response.status}`)
  const [etag, modified] = ['etag', 'last-modified'].map((name) => response.headers.get(name))
  if (Date.parse(modified ?? '') < Date.parse(known?.modified ?? '') - SKEW)
    throw invalidInput(`the feed is dated ${modified}, older than the last feed used`)
  return withFolder(async (folder) => {
    // The feed's file name is kept, because error messages show it.
    const name = basename(new URL(url).pathname).replace(/[^\w.-]/g, '_') || 'feed'
    const path = join(folder, name)
    await writeFile(path, body)
    const state = { of, ...(etag && { etag }), ...(modified && { modified }) }
    return { value: await read(path), state }
  })
}
