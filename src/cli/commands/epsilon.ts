/**
 * @module `nearside epsilon`: states the privacy cost of a mechanism or of an operator's terms, under zero-out and
 * substitution adjacency, and in words.
 */
import { Command } from '@commander-js/extra-typings'
import {
  costOf,
  epsilonOf,
  noiseOverUpdate,
  substitutionMu,
  zeroOutMu,
} from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import {
  type Composition,
  LEAST_DELTA,
  LEAST_SIGMA,
  lossEpsilon,
  renyiEpsilon,
} from '@nearside/aggregate/privacy/subsampledGaussian.ts'
import type { PolicyParameters } from '@nearside/aggregate/protocol/policy.ts'
import { readTerms } from '@nearside/aggregate/server/terms.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { guessRate } from '@nearside/core/normal.ts'
import { defineCommand } from '../command.ts'
import { POLICY } from '../shared.ts'
import { between, wholeNumber } from '../values.ts'

const syntax = new Command('epsilon')
  .summary('print the ε of Gaussian noise')
  .description(`--sigma S --q Q --steps T --delta D prints ε for noise with a standard deviation of S clip norms. Each of
T steps includes a device with probability Q.

Zero-out compares an update with no update, in three forms: the exact form, which needs Q = 1; Rényi
divergence; and the privacy loss distribution, a close upper bound. Substitution compares an update
with another update. It equals the Gaussian at half the noise and needs Q = 1. Devices account by
substitution.

--policy FILE prints ε for the terms given to serve, over all reports of a year under the noise of one
aggregator, and its meaning in words. Here Q = 1: browsers select themselves, so sampling gains nothing.`)
  .option(...POLICY)
  .option(
    '--sigma <s>',
    'standard deviation of the noise, in clip norms',
    between(LEAST_SIGMA, 1e6),
  )
  .option('--q <q>', 'probability that a step includes a device', between(1e-9, 1))
  .option('--steps <t>', 'number of steps, or of reports of one device', wholeNumber(1, 1e7))
  .option('--delta <d>', 'probability with which ε need not hold (δ)', between(1e-15, 0.5))

export const command = defineCommand(syntax, async (options, { print }) => {
  const terms = options.policy ? await readTerms(options.policy) : null
  const {
    sigma = terms?.noiseMultiplier,
    q = 1,
    steps = terms ? costOf(terms).reports : 1,
    delta = terms?.delta,
  } = options
  if (sigma === undefined || delta === undefined)
    throw invalidInput('epsilon needs --sigma and --delta, or --policy')
  const epsilon = epsilonsOf({ sigma, q, steps, delta })
  print(`σ = ${sigma}, q = ${q}, ${steps} steps, δ = ${delta}`)
  for (const [form, value] of Object.entries(epsilon))
    print(
      `${NAMES[form as keyof typeof NAMES].padEnd(15)} ${value === null ? '– (does not apply)' : value.toPrecision(10)}`,
    )
  if (terms && q === 1) for (const line of inWords(sigma, steps, terms)) print(line)
  return epsilon
})

const NAMES = {
  exact: 'zero-out, exact',
  rdp: 'zero-out, rdp',
  pld: 'zero-out, pld',
  substitution: 'substitution',
}

function epsilonsOf(composition: Composition) {
  const { sigma, q, steps, delta } = composition
  const lossSquared = steps / sigma ** 2
  return {
    exact: q === 1 ? epsilonOf(zeroOutMu(lossSquared), delta) : null,
    rdp: renyiEpsilon(composition),
    pld: delta < LEAST_DELTA ? null : lossEpsilon(composition),
    substitution: q === 1 ? epsilonOf(substitutionMu(lossSquared), delta) : null,
  }
}

function inWords(
  z: number,
  reports: number,
  { aggregationGoal: goal, countShare = 0 }: PolicyParameters,
): string[] {
  const rightly = (count: number) => Math.ceil(100 * guessRate(substitutionMu(count / z ** 2)))
  const shown = z / Math.sqrt(1 - countShare)
  const noise = noiseOverUpdate(shown, SHARED_LENGTH)
  const part = countShare > 0 ? 'gradient' : 'update'
  const error = (Math.SQRT2 * noise) / goal
  return [
    `One server's noise in a round is about ${noise.toFixed(1)} times as long as the longest ${part}, and ${Number(shown.toFixed(1))} times as long in any one direction.`,
    `Somebody who knew everything else and two opposite updates would guess which of them a device sent: rightly at most ${rightly(1)} times in 100 after one update, ${rightly(reports)} after ${reports}; a coin is right 50 times.`,
    `What the shop gets: the mean of ${goal} ${part}s, with noise of both servers about ${error.toFixed(2)} times as long as the longest ${part}.`,
  ]
}
