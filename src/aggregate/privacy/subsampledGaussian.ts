/**
 * @module ε of Gaussian noise if each step samples every device with chance q, for comparison with publications. Two
 * methods: Rényi divergence, and the privacy loss distribution. Nearside's servers don't sample devices (q = 1), so
 * Nearside uses the exact formula of `gaussianAccountant.ts`.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { logNormalCdf } from '@nearside/core/normal.ts'

export interface Composition {
  /** Standard deviation of the noise, in clip norms. */
  readonly sigma: number
  /** Chance that a device takes part in a step: above 0, at most 1. */
  readonly q: number
  readonly steps: number
  readonly delta: number
}

/** Rényi orders of google/differential-privacy's accountant. */
export const RENYI_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
]

/** Logarithm of a term below which the rest of the series is negligible. */
const NEGLIGIBLE = -30

/**
 * Rényi divergence of one step, of order α > 1. Exact for whole α. For other orders the result is an upper bound,
 * because the series' terms are taken without signs, as in google/differential-privacy.
 * @see Mironov, Talwar, Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism" (2019), §3.3
 */
export function renyiDivergence({ sigma, q }: Pick<Composition, 'sigma' | 'q'>, order: number) {
  const variance = sigma * sigma
  if (q === 1) return order / (2 * variance)
  const equal = variance * Math.log(1 / q - 1) + 0.5
  let logCoefficient = 0
  let logSum = Number.NEGATIVE_INFINITY
  for (let i = 0; ; i++) {
    const j = order - i
    const term = (power: number, below: number) =>
      logCoefficient +
      power * Math.log(q) +
      (order - power) * Math.log1p(-q) +
      (power * power - power) / (2 * variance) +
      logNormalCdf(below / sigma)
    const [left, right] = [term(i, equal - i), term(j, j - equal)]
    logSum = logAdd(logSum, logAdd(left, right))
    if (j === 0 || (j < 0 && Math.max(left, right) < NEGLIGIBLE)) return logSum / (order - 1)
    logCoefficient += Math.log(Math.abs(j)) - Math.log(i + 1)
  }
}

/** @see Canonne, Kamath, Steinke (2020), Proposition 12 */
export function renyiEpsilon(composition: Composition): number {
  const { steps, delta } = composition
  return RENYI_ORDERS.reduce((least, order) => {
    const divergence = steps * renyiDivergence(composition, order)
    const epsilon = divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1)
    return Math.min(least, Math.max(0, epsilon))
  }, Number.POSITIVE_INFINITY)
}

const logAdd = (a: number, b: number) => {
  const [less, more] = a < b ? [a, b] : [b, a]
  return less === Number.NEGATIVE_INFINITY ? more : more + Math.log1p(Math.exp(less - more))
}

/** Number of evaluated outcomes of one step. */
const OUTCOMES = 100_000
/** Standard deviations to each side that the outcomes cover. Outcomes further out have a probability below 1e-18. */
const REACH = 9
/** Step of the grid of losses: smaller for small losses, larger if the grid would need over `MOST_POINTS` points. */
const GRID = 1e-4
const MOST_POINTS = 2 ** 19
/** Share of δ reserved on each side for losses that the grid doesn't cover. */
const TAIL = 1e-5
/** Minimum δ; below it, rounding in the transform would matter. */
export const LEAST_DELTA = 1e-10
/** Minimum σ; below it, the outcomes lie too far apart. */
export const LEAST_SIGMA = 0.05

/** Privacy losses of one step, with the chance of each. */
interface Losses {
  readonly loss: Float64Array
  readonly chance: Float64Array
}

/**
 * Close upper bound of ε by the privacy loss distribution. Each loss is moved to a grid, which leaves δ unchanged at
 * the grid's points and raises it between them. A Fourier transform composes the steps.
 * @see Doroshenko et al., "Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions" (2022)
 * @throws NearsideError `input-invalid` below `LEAST_DELTA` or `LEAST_SIGMA`
 */
export function lossEpsilon(composition: Composition): number {
  const { sigma, steps, delta } = composition
  if (!(delta >= LEAST_DELTA && delta < 1))
    throw invalidInput(`δ must lie in [${LEAST_DELTA}, 1), not ${delta}`)
  if (!(sigma >= LEAST_SIGMA)) throw invalidInput(`σ must be at least ${LEAST_SIGMA}, not ${sigma}`)
  const epsilons = lossesOf(composition).map((losses) => composedEpsilon(losses, steps, delta))
  return Math.max(...epsilons)
}

/** Loss distributions of both directions: removing the device, and adding it. */
function lossesOf({ sigma, q }: Composition): readonly Losses[] {
  const width = (1 + 2 * REACH * sigma) / OUTCOMES
  const density = (x: number) =>
    (width / (sigma * Math.sqrt(2 * Math.PI))) * Math.exp(-(x * x) / (2 * sigma * sigma))
  const [remove, add] = [0, 1].map(() => ({
    loss: new Float64Array(OUTCOMES),
    chance: new Float64Array(OUTCOMES),
  }))
  for (let i = 0; i < OUTCOMES; i++) {
    const x = (i + 0.5) * width - REACH * sigma
    const ratio = (2 * x - 1) / (2 * sigma * sigma)
    // Computes log(1 − q + q·e^ratio), factored by the larger term.
    const mixed =
      ratio < 0
        ? Math.log1p(q * Math.expm1(ratio))
        : ratio + Math.log(q + (1 - q) * Math.exp(-ratio))
    const loss = q === 1 ? ratio : mixed
    remove.loss[i] = loss
    remove.chance[i] = (1 - q) * density(x) + q * density(x - 1)
    add.loss[i] = -loss
    add.chance[i] = density(x)
  }
  return [remove, add]
}

function composedEpsilon(losses: Losses, steps: number, delta: number): number {
  const outside = TAIL * delta
  const top = reachOf(losses, steps, outside, 1)
  const bottom = reachOf(losses, steps, outside, -1)
  const room = 1.05 * (top + bottom)
  const width = Math.max(Math.min(GRID, deviationOf(losses) / 10), room / MOST_POINTS)
  const points = 2 ** Math.ceil(Math.log2(room / width))
  const composed = convolved(onGrid(losses, width, points), steps)
  // δ(ε) = Σ chance·(1 − e^(ε − loss)) over losses above ε; start at the largest loss and lower ε.
  let above = 2 * outside
  let discounted = 0
  for (let i = Math.ceil(top / width); i > 0; i--) {
    const chance = Math.max(0, composed[i])
    above += chance
    discounted = (discounted + chance) * Math.exp(-width)
    if (above - discounted > delta) return (i - 1) * width + Math.log((above - delta) / discounted)
  }
  return 0
}

/**
 * Bound that the sum of losses exceeds with a chance of at most `outside` (Chernoff). `side` −1 gives the bound towards
 * negative losses.
 */
function reachOf({ loss, chance }: Losses, steps: number, outside: number, side: 1 | -1): number {
  let least = Number.POSITIVE_INFINITY
  for (let tilt = 1 / 16; tilt <= 4096; tilt *= 2) {
    let largest = Number.NEGATIVE_INFINITY
    for (const one of loss) largest = Math.max(largest, side * tilt * one)
    let sum = 0
    for (let i = 0; i < loss.length; i++)
      sum += chance[i] * Math.exp(side * tilt * loss[i] - largest)
    const moment = Math.max(0, largest + Math.log(sum))
    least = Math.min(least, (steps * moment - Math.log(outside)) / tilt)
  }
  return least
}

function deviationOf({ loss, chance }: Losses): number {
  let mean = 0
  let square = 0
  loss.forEach((one, i) => {
    mean += chance[i] * one
    square += chance[i] * one * one
  })
  return Math.sqrt(square - mean * mean)
}

/**
 * Splits each loss's chance between the two neighbouring grid points, so that the sums of chance and of
 * chance·e^(−loss) stay the same.
 */
function onGrid({ loss, chance }: Losses, width: number, points: number): Float64Array {
  const grid = new Float64Array(points)
  const at = (index: number) => ((index % points) + points) % points
  for (let i = 0; i < loss.length; i++) {
    const below = Math.floor(loss[i] / width)
    const share = Math.expm1(below * width - loss[i]) / Math.expm1(-width)
    grid[at(below)] += chance[i] * (1 - share)
    grid[at(below + 1)] += chance[i] * share
  }
  return grid
}

/**
 * Distribution of the sum of `times` draws. Positions wrap at the length of `chances`, which must be a power of two.
 */
function convolved(chances: Float64Array, times: number): Float64Array {
  const re = chances.slice()
  const im = new Float64Array(re.length)
  transform(re, im)
  for (let i = 0; i < re.length; i++) {
    const size = Math.hypot(re[i], im[i]) ** times
    const angle = Math.atan2(im[i], re[i]) * times
    re[i] = size * Math.cos(angle)
    // The inverse transform is conjugation, transform and conjugation, divided by the length.
    im[i] = -size * Math.sin(angle)
  }
  transform(re, im)
  return re.map((value) => value / re.length)
}

/** Fourier transform in place, radix 2 (Cooley, Tukey). */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j], re[i]]
      ;[im[i], im[j]] = [im[j], im[i]]
    }
  }
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n))
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n))
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half)
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b, turn] = [start + k, start + k + half, k * stride]
        const x = re[b] * cos[turn] + im[b] * sin[turn]
        const y = im[b] * cos[turn] - re[b] * sin[turn]
        re[b] = re[a] - x
        im[b] = im[a] - y
        re[a] += x
        im[a] += y
      }
    }
  }
}
