/**
 * @module Compares two arms to which visitors are assigned at random, by the ratio of their sums per visitor: orders,
 * revenue, refunds. The test and its interval stay valid however often somebody looks at them.
 *
 * Null hypothesis at a ratio θ: on each day, the personal arm's sum per visitor is θ times the hold-out's. Then an
 * order of weight x, whose arm a is 1 (personal) or 0, has E[x·(a − q)] = 0, where q = θ·n₁ / (θ·n₁ + n₀) for a day
 * with n₁ and n₀ visitors. To test θ, bet on each order: start with a wealth of 1, and multiply it by 1 + b·x·(a − q)
 * (bet on the personal arm) or by 1 − b·x·(a − q) (bet on the hold-out). Under the null hypothesis this wealth is a
 * non-negative martingale, and so is its average over several bets b. By Ville's inequality, the average for one arm
 * ever reaches 2/α with probability at most α/2. A ratio θ is rejected once the average for either arm reaches 2/α; the
 * interval contains all θ that are not rejected. Orders must be independent of each other.
 * @see Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting", doi
 * 10.1093/jrsssb/qkad009 (section 4: betting; section 3: inversion to intervals)
 */
import { logMeanExp } from '@nearside/core/learning/guard.ts'
import { quantile } from '@nearside/core/normal.ts'

export interface ArmDay {
  /** Number of visitors of each arm, both positive; for sums per order (refunds), the numbers of orders instead. */
  readonly visitors: { readonly personal: number; readonly holdOut: number }
  /** Weights of the day's orders, such as their revenue. */
  readonly weights: readonly number[]
  /** Whether the order of the same index belongs to the personal arm. */
  readonly isPersonal: readonly boolean[]
}

export interface Compared {
  /** Sum per visitor of the personal arm over that of the hold-out, by Mantel and Haenszel; null if undefined. */
  readonly ratio: number | null
  /** Lower end of the 95 % interval of the ratio. */
  readonly lo: number
  /** Upper end of the interval; null if it is unbounded. */
  readonly hi: number | null
  /** Index of the first day on which the difference was proven, counted from 0; null if it is not proven. */
  readonly proven: { readonly is: 'higher' | 'lower'; readonly day: number } | null
}

/** α: maximum probability of ever reporting a difference between equal arms. */
const LEVEL = 0.05
/** Logarithm of the wealth that the bets on one arm must reach to prove that this arm is better. */
const PROOF = Math.log(2 / LEVEL)
/** Bets, as shares of the largest bet. Small bets prove small lifts slowly; large bets prove large lifts soon. */
const BETS = [0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 0.9]
/** Quantile of the weights above which weights are capped. Uncapped, one order of ten thousand pounds could decide. */
const UNCAPPED = 0.99
/** The ends of the interval are searched for between 1 / `WIDEST` and `WIDEST`. */
const WIDEST = 64
const HALVINGS = 16
/** Limits that keep a product of factors above 0 and below infinity before its logarithm is taken. */
const [TINY, HUGE] = [1e-200, 1e200]

interface Capped extends ArmDay {
  /** Largest weight that counts in full. A larger weight counts as this weight. */
  readonly cap: number
}

/** @param isSigned whether weights can be negative, as margins can */
export function compareArms(days: readonly ArmDay[], isSigned = false): Compared {
  const capped = capWeights(days)
  const ratio = ratioOf(capped)
  const [higher, lower] = (['higher', 'lower'] as const).map((side) =>
    wealth(capped, 1, side, isSigned).findIndex((log) => log >= PROOF),
  )
  const isHigher = higher >= 0 && (lower < 0 || higher <= lower)
  const lo = endOf(capped, 'higher', isSigned) ?? 0
  const hi = endOf(capped, 'lower', isSigned)
  return {
    ratio,
    lo: Math.min(lo, ratio ?? lo),
    hi: hi && Math.max(hi, ratio ?? hi),
    proven: isHigher
      ? { is: 'higher', day: higher }
      : lower >= 0
        ? { is: 'lower', day: lower }
        : null,
  }
}

/**
 * Caps the weights of each day at a quantile of all weights of earlier days. The test is valid only if a cap doesn't
 * depend on later days.
 */
function capWeights(days: readonly ArmDay[]): readonly Capped[] {
  const seen: number[] = []
  let cap = 0
  let countedAt = 0
  return days.map((day) => {
    const orders = [...day.weights.keys()].filter((k) => day.weights[k] !== 0)
    const sizes = orders.map((k) => Math.abs(day.weights[k]))
    // The first day with orders gives the first cap. Each time the number of orders has doubled, all earlier days give
    // a new cap.
    const known = cap === 0 ? sizes : seen
    if (known.length > 0 && known.length >= 2 * countedAt) {
      cap = quantile(Float64Array.from(known).sort(), UNCAPPED)
      countedAt = known.length
    }
    for (const size of sizes) seen.push(size)
    return {
      visitors: day.visitors,
      cap,
      weights: orders.map((k) => Math.max(-cap, Math.min(cap, day.weights[k]))),
      isPersonal: orders.map((k) => day.isPersonal[k]),
    }
  })
}

/** Ratio by Mantel and Haenszel, which stays right if the hold-out's share of the visitors differs between days. */
function ratioOf(days: readonly ArmDay[]): number | null {
  let personal = 0
  let holdOut = 0
  for (const { visitors, weights, isPersonal } of days) {
    const all = visitors.personal + visitors.holdOut
    weights.forEach((weight, k) => {
      if (isPersonal[k]) personal += (weight * visitors.holdOut) / all
      else holdOut += (weight * visitors.personal) / all
    })
  }
  return holdOut > 0 ? Math.max(0, personal / holdOut) : null
}

/**
 * Logarithm of the mean wealth of `BETS` after each day, starting at wealth 1. Each bet says that the ratio is higher
 * than θ, or lower (see `side`).
 */
function wealth(
  days: readonly Capped[],
  theta: number,
  side: 'higher' | 'lower',
  isSigned: boolean,
): number[] {
  const logs = BETS.map(() => 0)
  const sign = side === 'higher' ? 1 : -1
  return days.map(({ visitors, weights, isPersonal, cap }) => {
    const expected = theta * visitors.personal
    const q = expected / (expected + visitors.holdOut)
    // Largest loss by one order, per unit of its weight. Bets are divided by this loss, so that none loses more than
    // its wealth.
    const loss = isSigned ? Math.max(q, 1 - q) : side === 'higher' ? q : 1 - q
    const gain = [(sign * -q) / (loss * cap), (sign * (1 - q)) / (loss * cap)]
    BETS.forEach((bet, b) => {
      let product = 1
      weights.forEach((weight, k) => {
        product *= 1 + bet * weight * gain[Number(isPersonal[k])]
        if (product < TINY || product > HUGE) {
          logs[b] += Math.log(product)
          product = 1
        }
      })
      logs[b] += Math.log(product)
    })
    return logMeanExp(logs)
  })
}

/** One end of the interval: the test rejected this ratio, on some day, and all beyond it. Null if it rejected none. */
function endOf(
  days: readonly Capped[],
  side: 'higher' | 'lower',
  isSigned: boolean,
): number | null {
  const isRefused = (log: number) =>
    Math.max(...wealth(days, Math.exp(log), side, isSigned)) >= PROOF
  const direction = side === 'higher' ? 1 : -1
  let refused = -direction * Math.log(WIDEST)
  if (!isRefused(refused)) return null
  let open = -refused
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (refused + open) / 2
    if (isRefused(middle)) refused = middle
    else open = middle
  }
  return Math.exp(refused)
}

interface PlannedTrial {
  /** Lift to prove, such as 0.05 for 5 %. */
  readonly lift: number
  /** Share of the visitors in the hold-out. */
  readonly share: number
  /** Number of orders per day in both arms. */
  readonly orders: number
  /** Mean of the squared weights, divided by the square of their mean; 1 if every order has the same weight. */
  readonly spread: number
}

/** 80 % quantile of the standard normal distribution, so that four of five trials prove the lift. */
const POWER = 0.8416

/**
 * Number of days after which four of five trials have proved the lift, if the result is read each day. The log-wealth
 * of the best bet is about z²/2 (z: standardised difference). Averaging the wealth over all bets reduces this by at
 * most log(number of bets).
 */
export function daysNeeded({ lift, share, orders, spread }: PlannedTrial): number {
  const needed = Math.sqrt(2 * (PROOF + Math.log(BETS.length))) + POWER
  const variance = spread / (orders * share * (1 - share))
  return Math.ceil((variance * needed ** 2) / Math.log1p(lift) ** 2)
}

/** Mean of the squares divided by the square of the mean; 1 if all weights are 0. */
export function spreadOf(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  return sum > 0 ? (weights.length * squares) / sum ** 2 : 1
}
