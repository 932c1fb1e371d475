/**
 * @module Rate limit: one token bucket per client address. Addresses exist only as salted hashes, in memory, for at
 * most two minutes.
 */
import { createHmac, randomBytes } from 'node:crypto'

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** Most buckets in one map; at this number the maps rotate early. */
const MOST = 100_000

/**
 * @param perMinute refill rate, and also the largest burst
 * @returns seconds that an address has to wait; 0 where its request may proceed
 */
export function createRateLimit(perMinute: number): (address: string, now: number) => number {
  const salt = randomBytes(32)
  const rate = perMinute / 60_000
  // A bucket unused for a minute is full again and needs no memory. So two maps rotate every minute, and the older
  // one is dropped.
  let young = new Map<string, Bucket>()
  let old = young
  let since = Number.NEGATIVE_INFINITY

  function turn(now: number): void {
    old = young
    young = new Map()
    since = now
  }

  return (address, now) => {
    const key = createHmac('sha256', salt).update(address).digest('base64')
    if (Math.abs(now - since) >= 60_000 || young.size >= MOST) turn(now)
    const bucket = young.get(key) ?? old.get(key) ?? { tokens: perMinute, at: now }
    // A clock that moves backwards refills nothing.
    const tokens = Math.min(perMinute, bucket.tokens + Math.max(0, now - bucket.at) * rate)
    if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / rate / 1000))
    young.set(key, { tokens: tokens - 1, at: now })
    return 0
  }
}
