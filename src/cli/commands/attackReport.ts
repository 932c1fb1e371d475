/**
 * @module `nearside attack-report`: attacks the product's own code, to measure what attackers learn from contributions.
 */
import { Command } from '@commander-js/extra-typings'
import { costOf } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { readTerms } from '@nearside/aggregate/server/terms.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { tableOf } from '@nearside/evaluate/report/report.ts'
import {
  type Attack,
  distinguish,
  type Given,
  inferMembership,
  linkByTime,
  linkReports,
  tellOpposites,
  tellProduct,
} from '@nearside/research/attacks/attacks.ts'
import { hostileUpdates, reconstruct, updatesOf } from '@nearside/research/attacks/reconstruct.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { defineReportCommand } from '../reportCommand.ts'
import { POLICY, SEED } from '../shared.ts'
import { wholeNumber } from '../values.ts'

const syntax = new Command('attack-report')
  .summary('try attacks on contributions, and report what they learn')
  .description(`Runs each attack twice: on a version without the protection, where it must succeed, and on reports and
noise as devices and servers make them, where it must stay within its mathematical bound. Prints a
table. Exit code 1 if an attack exceeds its bound, or fails without the protection. Takes minutes
with the default number of trials.

Not tested: other servers, other code, and many devices of one attacker (docs/PRIVACY.md, “Limits”).`)
  .option(...POLICY, 'demo')
  .option('--trials <n>', 'number of games per attack', wholeNumber(100, 1_000_000), 10_000)
  .option('--model <dir>', 'directory of a shop’s base models, to also guess what was bought')
  .option(...SEED)

export const command = defineReportCommand(syntax, async (options, { progress }) => {
  const { trials } = options
  // The linking attack compares all pairs of devices, so it uses fewer devices than `trials`.
  const devices = Math.max(10, Math.ceil(trials / 50))
  const terms = await readTerms(options.policy)
  const random = createRandom(options.seed)
  const given = (step: string, count: number): Given => ({
    terms,
    random,
    trials: count,
    progress: (done) => progress.update(step, done, count),
  })
  const { reports } = costOf(terms)
  const games = given('what was bought', Math.ceil(trials / 5))
  const updates =
    options.model === undefined ? [] : updatesOf((await readHashed(options.model)).model, random)
  const attacks = [
    ...(await distinguish(given('shares', trials))),
    ...(await bySums(given('one round', trials), 1)),
    ...(reports > 1 ? await bySums(given(`${reports} rounds`, trials), reports) : []),
    ...(terms.countShare === undefined ? [] : [await tellProduct(given('counts', trials))]),
    ...(updates.length > 0 ? await reconstruct(games, BOUGHT, updates) : []),
    ...(await reconstruct(games, `${BOUGHT}, by a hostile catalog`, hostileUpdates(games))),
    ...(await linkReports(given('linking', devices))),
    linkByTime(given('timing', devices)),
  ]
  return {
    result: attacks,
    report: {
      title: 'What attackers learn from contributions',
      lead: [`Reports of ${SHARED_LENGTH} numbers without item counts, terms: ${options.policy}`],
      parts: [
        { title: 'Each attack, unprotected and protected', table: table(attacks), text: NOTES },
      ],
      notes: [],
    },
    ...(!attacks.every(({ holds }) => holds) && {
      failed: 'an attack exceeds its bound, or fails without the protection',
    }),
  }
})

const bySums = async (given: Given, reports: number): Promise<Attack[]> => [
  await tellOpposites(given, reports),
  ...(await inferMembership(given, reports)),
]

const BOUGHT = 'an update tells which product was bought'

const table = (attacks: readonly Attack[]) =>
  tableOf(attacks, {
    attack: ({ name }) => name,
    measured: ({ measure }) => measure,
    trials: ({ trials }) => String(trials),
    unprotected: ({ unprotected }) => unprotected.toFixed(4),
    ours: ({ ours }) => ours.toFixed(4),
    'at most': ({ ceiling }) => ceiling.toFixed(4),
    '': ({ holds }) => (holds ? 'holds' : '**fails**'),
  })

/** Notes under the report's table of attacks; docs/results/attacks.md explains the results. */
const NOTES = [
  'unprotected: the same attack on the update itself, on a sum without noise, on devices that draw their random bytes once',
  'at most: the mathematical bound plus three standard errors for chance. Share: a coin. Sum under the noise of one server, in k rounds: Φ(√k / z) for two opposite updates, Φ(√k / (z·√2)) for any update, Φ(√k / z − 2.33) where 1 in 100 others is suspected; for one of m products, Φ(Φ⁻¹(1/m) + 1/z); for two products of which a device counted one, Φ(√(countShare / 2) / z)',
  'by a hostile catalog: each product moves the update in its own direction, as far as the clip norm allows. The other updates are computed from the shop’s own model (--model)',
  'by when it comes: a device sends an update within a day of its fit, or at the next visit',
]
