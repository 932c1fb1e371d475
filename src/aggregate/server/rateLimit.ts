/**
 * @module A token bucket a client address. Addresses are kept only as salted hashes, in memory, for
 * as long as a bucket is not full again.
 */
import { createHmac, randomBytes } from 'node:crypto'

export interface RateLimit {
  /** Seconds to wait; 0 when the request may go on. */
  take(address: string, now: number): number
}

/** @param perMinute refill and, at the same time, the largest burst */
export function createRateLimit(perMinute: number): RateLimit {
  const salt = randomBytes(32)
  const buckets = new Map<string, { tokens: number; at: number }>()
  const rate = perMinute / 60_000

  function sweep(now: number): void {
    for (const [key, { tokens, at }] of buckets) {
      if (tokens + (now - at) * rate >= perMinute) buckets.delete(key)
    }
  }

  return {
    take(address, now) {
      const key = createHmac('sha256', salt).update(address).digest('base64')
      const bucket = buckets.get(key) ?? { tokens: perMinute, at: now }
      // A clock that goes backwards refills nothing.
      const tokens = Math.min(perMinute, bucket.tokens + Math.max(0, now - bucket.at) * rate)
      if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / rate / 1000))
      if (buckets.size > 10_000) sweep(now)
      buckets.set(key, { tokens: tokens - 1, at: now })
      return 0
    },
  }
}
