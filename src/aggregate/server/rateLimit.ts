/**
 * @module A token bucket a client address. Addresses are kept only as salted hashes, in memory, for
 * at most two minutes.
 */
import { createHmac, randomBytes } from 'node:crypto'

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** Of so many addresses at once no bucket is remembered longer. */
const MOST = 100_000

/**
 * @param perMinute refill and, at the same time, the largest burst
 * @returns seconds that an address has to wait; 0 when its request may go on
 */
export function createRateLimit(perMinute: number): (address: string, now: number) => number {
  const salt = randomBytes(32)
  const rate = perMinute / 60_000
  // A bucket that nobody took from for a minute is full. So two maps take turns, a minute each, and
  // the older one is dropped whole.
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
    // A clock that goes backwards refills nothing.
    const tokens = Math.min(perMinute, bucket.tokens + Math.max(0, now - bucket.at) * rate)
    if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / rate / 1000))
    young.set(key, { tokens: tokens - 1, at: now })
    return 0
  }
}
