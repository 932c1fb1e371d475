/**
 * @module Attacks that try to learn what a device contributed. Each must succeed against an unprotected version,
 * because otherwise its failure against our code would prove nothing.
 */
import { discreteGaussianNoise } from '@nearside/aggregate/privacy/discreteGaussian.ts'
import { substitutionMu, zeroOutMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { MODULUS } from '@nearside/aggregate/privacy/pine/field.ts'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import {
  integerClipNorm,
  noiseVariance,
  type PolicyParameters,
} from '@nearside/aggregate/protocol/policy.ts'
import { HEADER_BYTES } from '@nearside/aggregate/protocol/report.ts'
import { EMPTY_BUDGET } from '@nearside/browser/contribution/budget.ts'
import { dueAfter } from '@nearside/browser/contribution/clock.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { guessRate, normalCdf } from '@nearside/core/normal.ts'
import { DAY } from '@nearside/core/time.ts'
import { createDevice, direction } from './device.ts'
import { areaError, areaUnderCurve, mostByChance, type Scores, truePositiveRate } from './score.ts'

export interface Attack {
  readonly name: string
  readonly measure: string
  readonly trials: number
  /** The attack's success against a version without protection. */
  readonly unprotected: number
  readonly ours: number
  /** Highest acceptable value of `ours`: the mathematical bound plus three standard errors for chance. */
  readonly ceiling: number
  readonly holds: boolean
}

export interface Given {
  readonly terms: PolicyParameters
  /** Random source of updates and guesses. Secret shares, rounding and noise use the system's random bytes. */
  readonly random: Random
  readonly trials: number
  readonly progress: (done: number) => void
}

/** Number of standard errors by which a result may exceed its bound by chance. */
const LUCK = 3
/** Minimum success that an attack must have against the unprotected version. */
const SUCCEEDS = 0.9

export const judged = (attack: Omit<Attack, 'holds'>): Attack => ({
  ...attack,
  holds: attack.ours <= attack.ceiling && attack.unprotected >= SUCCEEDS,
})

/** Converts residues modulo q to integers between −q/2 and q/2. */
export const centered = (residues: Uint32Array): Float64Array =>
  Float64Array.from(residues, (x) => (x > MODULUS / 2 ? x - MODULUS : x))

/** Inner product of residues, taken as signed integers, and a direction. */
const along = (residues: Uint32Array, way: Float64Array): number =>
  centered(residues).reduce((sum, x, i) => sum + x * way[i], 0)

/**
 * An aggregator knows that a device sent one of two updates, which differ as much as the clip norm allows. It guesses
 * from its secret share which update the device sent. (No other guess is better: shares are uniformly random,
 * `shares.test.ts`.)
 */
export async function distinguish({ terms, random, trials, progress }: Given): Promise<Attack[]> {
  const { send } = await createDevice(terms)
  const scores = { leader: worlds(), helper: worlds(), plain: worlds() }
  for (let trial = 0; trial < trials; trial++) {
    if (trial % 100 === 0) progress(trial)
    const way = direction(random)
    const yes = trial % 2 === 1
    const sent = await send(
      way.map((x) => (yes ? x : -x) * terms.clipNorm),
      cryptoRandomBytes,
    )
    for (const [view, { no, yes: found }] of Object.entries(scores))
      (yes ? found : no).push(along(sent[view as keyof typeof scores], way))
  }
  const unprotected = areaUnderCurve(scores.plain)
  return (['leader', 'helper'] as const).map((role) => {
    const area = areaUnderCurve(scores[role])
    return judged({
      name: `the ${role} tells two updates apart by its share`,
      measure: 'AUC; a coin has 0.5',
      trials,
      unprotected,
      // An attacker whose guesses are usually wrong learns as much as one whose guesses are usually right.
      ours: Math.max(area, 1 - area),
      ceiling: 0.5 + LUCK * areaError(scores[role]),
    })
  })
}

const worlds = () => ({ no: [] as number[], yes: [] as number[] })

/**
 * Scores that an aggregator computes if it knows its own noise and all other updates of each round. A score is the
 * projection of the sum on the device's possible update, which is as long as the clip norm allows.
 * @param instead what the device sends if the right guess is “no”: 0 for no update, −1 for the opposite update
 * @returns scores by the published sums, and by sums without noise
 */
async function scoresOfSums(
  { terms, random, trials, progress }: Given,
  reports: number,
  instead: 0 | -1,
): Promise<{ readonly noisy: Scores; readonly plain: Scores }> {
  const variance = noiseVariance(terms)
  const update = integerClipNorm(terms)
  const noisy = worlds()
  const plain = worlds()
  for (let trial = 0; trial < trials; trial++) {
    if (trial % 100 === 0) progress(trial)
    const way = direction(random)
    const is = trial % 2 === 1
    let [score, bare] = [0, 0]
    for (let report = 0; report < reports; report++) {
      const noise = await discreteGaussianNoise(variance, way.length)
      const sent = way.map((x) => (is ? 1 : instead) * Math.round(x * update))
      score += way.reduce((sum, x, i) => sum + x * (sent[i] + noise[i]), 0)
      bare += way.reduce((sum, x, i) => sum + x * sent[i], 0)
    }
    ;(is ? noisy.yes : noisy.no).push(score)
    ;(is ? plain.yes : plain.no).push(bare)
  }
  return { noisy, plain }
}

const roundsOf = (reports: number) => (reports === 1 ? 'one round' : `${reports} rounds`)

/** Guesses which of two opposite updates a device sent in each of `reports` rounds. ε by substitution is the bound. */
export async function tellOpposites(given: Given, reports: number): Promise<Attack> {
  const { noisy, plain } = await scoresOfSums(given, reports, -1)
  const rightly = ({ no, yes }: Scores) =>
    (no.filter((score) => score < 0).length + yes.filter((score) => score > 0).length) /
    given.trials
  const most = guessRate(substitutionMu(reports / given.terms.noiseMultiplier ** 2))
  return judged({
    name: `one server and all other devices tell by the sums which of two opposite updates a device sent (substitution), ${roundsOf(reports)}`,
    measure: 'guessed rightly; a coin has 0.5',
    trials: given.trials,
    unprotected: rightly(plain),
    ours: rightly(noisy),
    ceiling: mostByChance(most, given.trials),
  })
}

/** Guesses whether a device sent an update or zeros in each of `reports` rounds. ε by zero-out is the bound. */
export async function inferMembership(given: Given, reports: number): Promise<Attack[]> {
  const { terms, trials } = given
  const { noisy, plain } = await scoresOfSums(given, reports, 0)
  const mu = zeroOutMu(reports / terms.noiseMultiplier ** 2)
  const name = `the same attackers tell whether a device sent an update (zero-out), ${roundsOf(reports)}`
  const rate = (scores: Scores) => truePositiveRate(scores, 0.01)
  const most = normalCdf(mu + ONE_IN_A_HUNDRED)
  const chance = Math.sqrt(
    (most * (1 - most)) / noisy.yes.length + slope(mu) ** 2 * (0.0099 / noisy.no.length),
  )
  return [
    judged({
      name,
      measure: 'AUC; a coin has 0.5',
      trials,
      unprotected: areaUnderCurve(plain),
      ours: areaUnderCurve(noisy),
      ceiling: normalCdf(mu / Math.SQRT2) + LUCK * areaError(noisy),
    }),
    judged({
      name,
      measure: 'found, where 1 in 100 others is suspected',
      trials,
      unprotected: rate(plain),
      ours: rate(noisy),
      ceiling: most + LUCK * chance,
    }),
  ]
}

/**
 * Guesses from a round's counts which of two products a device counted. The device counts no other product, because
 * then its two possible updates differ most.
 */
export async function tellProduct({ terms, random, trials, progress }: Given): Promise<Attack> {
  const { countShare = 0, noiseMultiplier } = terms
  const count = Math.round(Math.sqrt(countShare) * integerClipNorm(terms))
  const variance = noiseVariance(terms)
  let [noisy, plain] = [0, 0]
  for (let trial = 0; trial < trials; trial++) {
    if (trial % 100 === 0) progress(trial)
    const isFirst = random.integer(2) === 1
    const [first, second] = await discreteGaussianNoise(variance, 2)
    const apart = isFirst ? count : -count
    if (apart + first > second === isFirst) noisy++
    if (apart > 0 === isFirst) plain++
  }
  const most = normalCdf(Math.sqrt(countShare / 2) / noiseMultiplier)
  return judged({
    name: 'the same attackers tell which of two products a device counted, one round',
    measure: 'guessed rightly; a coin has 0.5',
    trials,
    unprotected: plain / trials,
    ours: noisy / trials,
    ceiling: mostByChance(most, trials),
  })
}

/** Quantile Φ⁻¹(0.01) of the normal distribution. */
const ONE_IN_A_HUNDRED = -2.3263478740408408
/**
 * Derivative of the true positive rate by the false positive rate, at 1 %. The threshold is only estimated; the slope
 * gives how much an error of the false positive rate changes the true positive rate.
 */
const slope = (mu: number) => Math.exp(-mu * ONE_IN_A_HUNDRED - mu ** 2 / 2)

/**
 * Looks for the two reports of the same device, by bytes that both contain. In the unprotected version, a device uses
 * the same random bytes for both reports.
 */
export async function linkReports({ terms, random, trials, progress }: Given): Promise<Attack[]> {
  const { send } = await createDevice(terms)
  const sizes = new Set<number>()
  async function found(again: boolean): Promise<number> {
    const pairs: (readonly [Uint8Array, Uint8Array])[] = []
    for (let device = 0; device < trials; device++) {
      progress(device)
      const update = direction(random).map((x) => x * terms.clipNorm)
      const drawn: Uint8Array<ArrayBuffer>[] = []
      const first = await send(update, (length) => {
        drawn.push(cryptoRandomBytes(length))
        return drawn[drawn.length - 1]
      })
      let next = 0
      const second = await send(update, (length) =>
        again ? drawn[next++] : cryptoRandomBytes(length),
      )
      for (const { body } of [first, second]) sizes.add(body.length)
      pairs.push([first.body, second.body])
    }
    const nearest = (body: Uint8Array) => {
      const shared = pairs.map(([, other]) => inCommon(body, other))
      return shared.indexOf(Math.max(...shared))
    }
    return pairs.filter(([body], device) => nearest(body) === device).length / trials
  }
  const [unprotected, ours] = [await found(true), await found(false)]
  return [
    judged({
      name: 'two reports of one device are known by their bytes',
      measure: `of ${trials} devices`,
      trials,
      unprotected,
      // If reports differed in size, the size alone would tell devices apart.
      ours: sizes.size === 1 ? ours : 1,
      ceiling: mostByChance(1 / trials, trials),
    }),
  ]
}

/**
 * Links reports to devices by time. The attacker knows when each device learned and when each report arrived, and picks
 * the device that was the last to learn before the report. Devices learn at the same times every day, and shop pages
 * never close. In the unprotected version, a device sends its report at once.
 */
export function linkByTime({ random, trials }: Given): Attack {
  const learned = Array.from({ length: trials }, () => random.next() * DAY)
  const found = (delays: readonly number[]) =>
    learned.filter((time, device) => {
      const came = time + delays[device]
      const since = learned.map((other) => (came - other + DAY) % DAY)
      return since.indexOf(Math.min(...since)) === device
    }).length / trials
  const delayOf = (share: number) => dueAfter(EMPTY_BUDGET, share)
  return judged({
    name: 'an update is known by when it comes',
    measure: `of ${trials} devices`,
    trials,
    unprotected: found(learned.map(() => delayOf(0))),
    ours: found(learned.map(() => delayOf(random.next()))),
    ceiling: mostByChance(1 / trials, trials),
  })
}

function inCommon(a: Uint8Array, b: Uint8Array): number {
  let same = 0
  for (let i = HEADER_BYTES; i < a.length; i++) if (a[i] === b[i]) same++
  return same
}
