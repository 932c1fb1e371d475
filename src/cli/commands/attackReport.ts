/**
 * @module `nearside attack-report`: measures what attackers learn from contributions, against the product's own
 * code.
 */
import { writeFile } from 'node:fs/promises'
import { Command } from '@commander-js/extra-typings'
import { costOf } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { readTerms } from '@nearside/aggregate/server/terms.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import {
  type Attack,
  distinguish,
  type Given,
  inferMembership,
  linkByTime,
  linkReports,
  tellOpposites,
} from '@nearside/research/attacks/attacks.ts'
import { hostileUpdates, reconstruct, updatesOf } from '@nearside/research/attacks/reconstruct.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { asTyped, requireFolder } from '../output.ts'
import { MARKDOWN, POLICY, SEED } from '../shared.ts'
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
  .option(...MARKDOWN)

export const command = defineCommand(syntax, async (options, { print, progress }) => {
  const { trials, markdown } = options
  // Linking compares all pairs of devices, so it takes fewer.
  const devices = Math.max(10, Math.ceil(trials / 50))
  await requireFolder('markdown', markdown)
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
    ...(updates.length > 0 ? await reconstruct(games, BOUGHT, updates) : []),
    ...(await reconstruct(games, `${BOUGHT}, by a hostile catalog`, hostileUpdates(games))),
    ...(await linkReports(given('linking', devices))),
    linkByTime(given('timing', devices)),
  ]
  const lines = [...HEAD, ...attacks.map(row)]
  for (const line of lines) print(line)
  if (markdown !== undefined)
    await writeFile(markdown, page(lines, `nearside ${asTyped(syntax)}`, options.policy))
  if (attacks.every(({ holds }) => holds)) return attacks
  throw new NegativeResult('an attack exceeds its bound, or fails without the protection', attacks)
})

const bySums = async (given: Given, reports: number): Promise<Attack[]> => [
  await tellOpposites(given, reports),
  ...(await inferMembership(given, reports)),
]

const BOUGHT = 'an update tells which product was bought'

const HEAD = [
  '| attack | measured | trials | unprotected | ours | at most | |',
  '|---|---|---|---|---|---|---|',
]

const page = (
  table: readonly string[],
  typed: string,
  policy: string,
) => `# What attackers learn from contributions

\`${typed}\`, ${new Date().toISOString().slice(0, 10)}; reports of ${SHARED_LENGTH} numbers, terms: ${policy}.

${table.join('\n')}

- *unprotected*: the same attack on the update itself, on a sum without noise, on devices that draw their random bytes once. There it has to succeed, or it would prove nothing.
- *at most*: what the mathematics allows, and three standard errors for chance. A share is uniform: a coin. A sum under the noise of one server: which of two opposite updates a device sent in k rounds, by substitution, Φ(√k / z); whether it sent any, by zero-out, Φ(√k / (z·√2)), and Φ(√k / z − 2.33) where 1 in 100 others is suspected; where one of m products is looked for, Φ(Φ⁻¹(1/m) + 1/z), whatever catalog and model make of it.
- *by a hostile catalog*: the most that a catalog or a model can do that is made to tell products apart: each moves the update as far as the clip norm lets it, in a direction of its own. Without that, the updates are those of the shop’s own model (\`--model\`), of somebody who looked at three products and bought one of those that it ranks highest; of any other it makes no difference which.
- *by when it comes*: who learned when is known, each update leaves within a day of that. Where the shop was closed by then, it leaves at the next visit, and that shows; and so does the address, to both servers.
- The demo’s noise (z = 1, 32 devices) hides badly what a device sent: it is there so that the demo can be played through. \`--policy FILE\` tries a shop’s own terms.
- Both servers see who takes part in a round, so *which* update a device sent is what the noise has to hide: the devices’ own ε is of that, by substitution.
- Other attacks are tests of their own: a forked, rolled-back, expired or unsigned model, and what it does where no keys are named (\`src/browser/worker/releases.browser.test.ts\`); a malformed one (\`src/core/model/files.test.ts\`); shares that are no update, oversized and swapped ones (\`src/aggregate/server/hostile.test.ts\`); rounds that make the model worse (\`src/aggregate/server/nextModel.test.ts\`).
- The host of a hostile catalog’s pictures learns nothing under the demo’s Content-Security-Policy. Without a policy it sees the list that a page shows (\`e2e/hostileCatalog.long.spec.ts\`).
- Not tried: many devices in one hand; other servers or other code.
`

function row({ name, measure, trials, unprotected, ours, ceiling, holds }: Attack): string {
  const [without, measured, most] = [unprotected, ours, ceiling].map((x) => x.toFixed(4))
  return `| ${name} | ${measure} | ${trials} | ${without} | ${measured} | ${most} | ${holds ? 'holds' : '**fails**'} |`
}
