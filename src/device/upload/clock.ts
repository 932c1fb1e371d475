/**
 * @module How a device counts time. What it spent is freed by time that three clocks bear out: both servers' signed
 * times, and its own clock. Its own clock alone says when an update is due, which frees nothing.
 */
import { DAY } from '../../core/time.ts'

/** A device asks the aggregators by itself no more often, in milliseconds. */
export const BETWEEN_ATTEMPTS = 3_600_000
/** Most that one look at the device's clock adds to the schedule. */
const MAX_STEP = 7 * DAY
/** Within which an update leaves that nobody asked for, so that its time doesn't tell when something was done. */
const SPREAD = DAY

/** What both servers signed in one answer, milliseconds since the epoch; one of them at least tells the truth. */
export interface SignedTimes {
  /** The smaller of the two. */
  readonly time: number
  /** The larger of the two. */
  readonly latest: number
}

/** Frees what was spent. */
export interface WitnessedTime {
  /** Milliseconds that passed by all three clocks. */
  readonly passed: number
  /** Signed time up to which these are counted; null before the first answer. */
  readonly signed: number | null
  /** Time of the device's clock at the last answer. */
  readonly own: number | null
}

/** Says when the device tries to contribute by itself. */
export interface Schedule {
  /** Milliseconds that this device has seen pass. */
  readonly elapsed: number
  /** Time of its clock at the last look. */
  readonly seen: number | null
  /** `elapsed` when it last tried to contribute by itself. */
  readonly attempted: number | null
}

export const NO_TIME: WitnessedTime = { passed: 0, signed: null, own: null }

/**
 * The time after an answer: it goes on by as much as the smaller signed time is above what is counted, and no
 * further than the device's clock went since the last answer. So steps of the device's clock, or of one
 * server's, count no more than the time that really passed.
 * @param now of the device's clock
 */
export function witness(kept: WitnessedTime, { time }: SignedTimes, now: number): WitnessedTime {
  const { passed, signed, own } = kept
  if (signed === null || own === null) return { passed, signed: time, own: now }
  const step = Math.max(0, Math.min(time - signed, now - own))
  return { passed: passed + step, signed: signed + step, own: now }
}

/** From here on nothing counts that was signed so far: by a server that tells less, or a clock that stood still. */
export function countFrom(kept: WitnessedTime, { latest }: SignedTimes): WitnessedTime {
  return { ...kept, signed: Math.max(latest, kept.signed ?? latest) }
}

/** The schedule after a look at the device's clock; a clock that goes back adds nothing, and locks nothing. */
export function lookAt<Kept extends Schedule>(kept: Kept, now: number): Kept {
  const step = Math.min(Math.max(now - (kept.seen ?? now), 0), MAX_STEP)
  return { ...kept, elapsed: kept.elapsed + step, seen: now }
}

/**
 * The `elapsed` from which on an update may leave that nobody asked for, of what was learned now.
 * @param share from [0, 1), at random: of a day; 0 for one that was on its way already
 */
export function dueAfter({ attempted, elapsed }: Schedule, share: number): number {
  const earliest = attempted === null ? 0 : attempted + BETWEEN_ATTEMPTS
  return Math.max(elapsed + share * SPREAD, earliest)
}
