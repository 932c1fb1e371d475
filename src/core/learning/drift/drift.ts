/** @module Detects changes in a stream of values: ADWIN and the Page–Hinkley test. */

/** Row r contains buckets of 2^r values each, oldest first. */
interface BucketRow {
  readonly totals: number[]
  readonly variances: number[]
}

/**
 * ADWIN: a window of a stream that drops its older part as soon as the means of the older and the newer part differ by
 * more than chance allows. Exponential buckets store n values in O(log n) memory.
 * @see Bifet and Gavaldà, Learning from time-changing data with adaptive windowing, SDM 2007
 */
export interface Adwin {
  readonly rows: BucketRow[]
  width: number
  total: number
  /** Sum of squared deviations from the mean. */
  variance: number
  ticks: number
}

const MAX_BUCKETS = 5
const LEAST_WINDOW = 5
/** Number of values between two checks for a change. */
const CLOCK = 32
const GRACE = 10
/** Probability of a false alarm. */
const DELTA = 0.002

export function createAdwin(): Adwin {
  return { rows: [{ totals: [], variances: [] }], width: 0, total: 0, variance: 0, ticks: 0 }
}

export function adwinMean({ width, total }: Adwin): number {
  return width > 0 ? total / width : 0
}

/** @returns whether the mean has changed; the older part is then dropped */
export function updateAdwin(adwin: Adwin, value: number): boolean {
  insert(adwin, value)
  adwin.ticks++
  if (adwin.ticks % CLOCK !== 0 || adwin.width <= GRACE) return false
  let changed = false
  while (hasCut(adwin)) {
    changed = true
    dropOldest(adwin)
  }
  return changed
}

function insert(adwin: Adwin, value: number): void {
  adwin.rows[0].totals.push(value)
  adwin.rows[0].variances.push(0)
  adwin.width++
  if (adwin.width > 1) {
    const off = value - adwin.total / (adwin.width - 1)
    adwin.variance += ((adwin.width - 1) * off * off) / adwin.width
  }
  adwin.total += value
  compress(adwin.rows)
}

/** Merges the two oldest buckets of an overfull row into one bucket of the next row. */
function compress(rows: BucketRow[]): void {
  for (let r = 0; r < rows.length && rows[r].totals.length > MAX_BUCKETS; r++) {
    if (r + 1 === rows.length) rows.push({ totals: [], variances: [] })
    const [first, second] = rows[r].totals.splice(0, 2)
    const [varianceA, varianceB] = rows[r].variances.splice(0, 2)
    const size = 2 ** r
    rows[r + 1].totals.push(first + second)
    rows[r + 1].variances.push(
      varianceA + varianceB + between(size, first / size, size, second / size),
    )
  }
}

/** Contribution of the difference between two group means to the sum of squares. */
function between(sizeA: number, meanA: number, sizeB: number, meanB: number): number {
  return (sizeA * sizeB * (meanA - meanB) ** 2) / (sizeA + sizeB)
}

function dropOldest(adwin: Adwin): void {
  const { rows } = adwin
  const oldest = rows[rows.length - 1]
  const size = 2 ** (rows.length - 1)
  const total = oldest.totals.shift() ?? 0
  const variance = oldest.variances.shift() ?? 0
  adwin.width -= size
  adwin.total -= total
  adwin.variance -= variance + between(size, total / size, adwin.width, adwin.total / adwin.width)
  if (oldest.totals.length === 0) rows.pop()
}

/** Whether the means before and after some cut differ by more than chance allows. */
function hasCut(adwin: Adwin): boolean {
  const { rows, width, total } = adwin
  let size = 0
  let sum = 0
  for (let r = rows.length - 1; r >= 0; r--) {
    const { totals } = rows[r]
    // As in the library river, a row's newest bucket is never cut off; the tests reproduce river's detection indices.
    for (let k = 0; k < totals.length - 1; k++) {
      size += 2 ** r
      sum += totals[k]
      const rest = width - size
      if (size < LEAST_WINDOW || rest < LEAST_WINDOW) continue
      if (Math.abs(sum / size - (total - sum) / rest) > leastGap(adwin, size, rest)) return true
    }
  }
  return false
}

function leastGap({ width, variance }: Adwin, old: number, recent: number): number {
  const confidence = Math.log((2 * Math.log(width)) / DELTA)
  const inverse = 1 / (old - LEAST_WINDOW + 1) + 1 / (recent - LEAST_WINDOW + 1)
  return Math.sqrt(2 * inverse * (variance / width) * confidence) + (2 / 3) * confidence * inverse
}

/**
 * State of a Page–Hinkley test, which alarms when the values of a stream exceed their running mean for long.
 * @see Page, Continuous inspection schemes, Biometrika 41, 1954
 */
interface PageHinkley {
  readonly threshold: number
  count: number
  mean: number
  sum: number
}

const LEAST_TESTED = 30
/** Excess over the mean that the Page–Hinkley test tolerates in a value. */
const TOLERANCE = 0.005
const FORGETTING = 1 - 0.0001

/** @param threshold summed excess over the mean at which the test alarms, in the values' unit */
export function createPageHinkley(threshold: number): PageHinkley {
  return { threshold, count: 0, mean: 0, sum: 0 }
}

/** Adds one value. @returns true at an alarm, after which the test restarts */
export function updatePageHinkley(state: PageHinkley, value: number): boolean {
  state.count++
  state.mean += (value - state.mean) / state.count
  state.sum = Math.max(0, FORGETTING * state.sum + (value - state.mean - TOLERANCE))
  if (state.count + 1 < LEAST_TESTED || state.sum < state.threshold) return false
  Object.assign(state, createPageHinkley(state.threshold))
  return true
}
