/**
 * @module ε of Gaussian noise where each step takes every device with chance q, for comparison with
 * what others publish: by Rényi divergence, and by the privacy loss distribution. Devices account by
 * the exact form (`gaussianAccountant.ts`), since browsers select themselves and q is 1.
 */
import { NearsideError } from '../../core/error.ts'
import { logNormalCdf } from '../../core/normal.ts'
import { convolved } from './convolved.ts'

/** A mechanism, the times that it is used, and the δ at which ε is asked for. */
export interface Composition {
  /** Standard deviation of the noise, in clip norms. */
  readonly sigma: number
  /** Chance that a device takes part in a step: above 0, at most 1. */
  readonly q: number
  readonly steps: number
  readonly delta: number
}

/** Orders of google/differential-privacy's accountant. */
export const RENYI_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
]

/** A term of the series below this adds nothing to a double. */
const NEGLIGIBLE = -30

/**
 * Rényi divergence of one step, of order α > 1: exact where α is whole, else an upper bound, since
 * the series' terms are taken without their signs, as in google/differential-privacy.
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

/** Places at which outcomes of one step are looked at, and how many deviations to both sides: what lies beyond is below 1e-18. */
const OUTCOMES = 100_000
const REACH = 9
/** Width of the grid of losses, unless one step's are smaller still, or a transform would take more points. */
const GRID = 1e-4
const MOST_POINTS = 2 ** 19
/** Share of δ for what leaves the window, on either side. */
const TAIL = 1e-5
/** Below, rounding of the transform would count. */
export const LEAST_DELTA = 1e-10
/** Below, the outcomes lie too far apart. */
export const LEAST_SIGMA = 0.05

/** Losses of one step with their chances. */
interface Losses {
  readonly loss: Float64Array
  readonly chance: Float64Array
}

/**
 * An upper bound that is close: losses are moved to a grid so that δ stays as it is on the grid's
 * points and only rises between them, and composed by a Fourier transform.
 * @see Doroshenko et al., "Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions" (2022)
 * @throws NearsideError `input-invalid` below `LEAST_DELTA` or `LEAST_SIGMA`
 */
export function lossEpsilon(composition: Composition): number {
  const { sigma, steps, delta } = composition
  if (!(delta >= LEAST_DELTA && delta < 1))
    throw new NearsideError('input-invalid', `δ must lie in [${LEAST_DELTA}, 1)`)
  if (!(sigma >= LEAST_SIGMA))
    throw new NearsideError('input-invalid', `σ must be at least ${LEAST_SIGMA}`)
  const epsilons = lossesOf(composition).map((losses) => composedEpsilon(losses, steps, delta))
  return Math.max(...epsilons)
}

/** With the device and without, told apart by what comes with it; and the other way round. */
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
    // log(1 − q + q·e^ratio), whichever of the two is larger.
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
  // δ(ε) = Σ chance·(1 − e^(ε − loss)) over the losses above ε, which goes from the largest down.
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

/** A bound that the sum of the losses passes with a chance of at most `outside` (Chernoff); side −1: below zero. */
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

/** Each chance goes to the two points beside its loss so that its sum, and that of chance·e^(−loss), stay. */
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
