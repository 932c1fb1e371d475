/**
 * @module Time on a device. Spent budget becomes free once three clocks agree that enough time has passed: the device's
 * clock and both servers' signed times. The device's clock alone only decides when an update is due.
 */
import { DAY } from '@nearside/core/time.ts'

/** Minimum milliseconds between two automatic contacts with the aggregators. */
export const BETWEEN_ATTEMPTS = 3_600_000
/** Maximum milliseconds that one reading of the device's clock adds to `elapsed`. */
const MAX_STEP = 7 * DAY
/**
 * Milliseconds after a fit within which an update is sent, at a random time, which hides when the shopper was active.
 */
const SPREAD = DAY

/** Times in the two servers' signed answers, milliseconds since the epoch. We assume that one server is honest. */
export interface SignedTimes {
  /** The smaller of the two signed times. */
  readonly time: number
  /** The larger of the two signed times. */
  readonly latest: number
}

/** Elapsed time on which both servers and the device agree. */
export interface WitnessedTime {
  /** Milliseconds that passed according to all three clocks. As this value grows, spent budget becomes free. */
  readonly passed: number
  /** Signed server time at which `passed` was last updated; null before the first answer. */
  readonly signed: number | null
  /** Time of the device's clock at the last answer; null before the first. */
  readonly own: number | null
}

export interface Schedule {
  /** Milliseconds that passed on this device's clock. */
  readonly elapsed: number
  /** Time of the device's clock at its last reading; null before the first. */
  readonly seen: number | null
  /** Value of `elapsed` at the last automatic attempt; null before the first. */
  readonly attempted: number | null
}

export const NO_TIME: WitnessedTime = { passed: 0, signed: null, own: null }

/**
 * Advances the witnessed time to the smaller signed time, but by no more than the device's clock advanced since the
 * last answer. So a jump of one clock, the device's or a server's, can't add more time than really passed.
 */
export function witness(kept: WitnessedTime, { time }: SignedTimes, now: number): WitnessedTime {
  const { passed, signed, own } = kept
  if (signed === null || own === null) return { passed, signed: time, own: now }
  const step = Math.max(0, Math.min(time - signed, now - own))
  return { passed: passed + step, signed: signed + step, own: now }
}

/**
 * Starts counting elapsed time at the later of the two signed times. Otherwise the difference between the servers'
 * clocks would count as elapsed time once the slower clock catches up.
 */
export function countFrom(kept: WitnessedTime, { latest }: SignedTimes): WitnessedTime {
  return { ...kept, signed: Math.max(latest, kept.signed ?? latest) }
}

/** Adds the time since the last reading of the device's clock to `elapsed`; a clock that was set back adds 0. */
export function lookAt<Kept extends Schedule>(kept: Kept, now: number): Kept {
  const step = Math.min(Math.max(now - (kept.seen ?? now), 0), MAX_STEP)
  return { ...kept, elapsed: kept.elapsed + step, seen: now }
}

/**
 * Value of `elapsed` from which an automatic update may be sent, for a fit that ended now.
 * @param share random delay as a share of a day, in [0, 1); 0 for a retry of an update that may have arrived
 */
export function dueAfter({ attempted, elapsed }: Schedule, share: number): number {
  const earliest = attempted === null ? 0 : attempted + BETWEEN_ATTEMPTS
  return Math.max(elapsed + share * SPREAD, earliest)
}
