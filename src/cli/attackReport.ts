/** @module `nearside attack-report`: what attackers learn from contributions, tried on the product's own code. */
import { writeFile } from 'node:fs/promises'
import { Command } from '@commander-js/extra-typings'
import { costOf } from '../aggregate/privacy/gaussianAccountant.ts'
import { readTerms } from '../aggregate/server/terms.ts'
import {
  type Attack,
  distinguish,
  type Given,
  inferMembership,
  linkReports,
} from '../audit/attacks/attacks.ts'
import { createRandom } from '../core/model/random.ts'
import { defineCommand, NegativeResult } from './command.ts'
import { asTyped, requireFolder } from './output.ts'
import { seed, wholeNumber } from './values.ts'

const syntax = new Command('attack-report')
  .summary('tries attacks on what a contribution shows')
  .description(`Each attack is tried on a version without the protection, where it has to succeed, and on reports
and noise as devices and servers make them, where it has to stay below what the mathematics allows.
Prints a table; exit code 1 where anything doesn’t hold. Minutes at the default count.

What it can't try: other servers, other code, more devices in one hand (docs/PRIVACY.md, “Limits”).`)
  .option('--policy <file>', 'terms of a round as serve takes them, or “demo”', 'demo')
  .option('--trials <n>', 'games of each attack', wholeNumber(100, 1_000_000), 10_000)
  .option('--devices <n>', 'devices whose reports are to be linked', wholeNumber(10, 10_000), 200)
  .option('--seed <n>', 'of updates and guesses', seed, 1)
  .option('--markdown <file>', 'write the table, and how to read it, as Markdown to FILE')

export const command = defineCommand(syntax, async (options, { print, progress }) => {
  const { trials, devices, markdown } = options
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
  const attacks = [
    ...(await distinguish(given('shares', trials))),
    ...(await inferMembership(given('one round', trials), 1)),
    ...(reports > 1 ? await inferMembership(given(`${reports} rounds`, trials), reports) : []),
    ...(await linkReports(given('linking', devices))),
  ]
  const lines = [...HEAD, ...attacks.map(row)]
  for (const line of lines) print(line)
  if (markdown !== undefined)
    await writeFile(markdown, page(lines, `nearside ${asTyped(syntax)}`, options.policy))
  if (attacks.every(({ holds }) => holds)) return attacks
  throw new NegativeResult('an attack goes further than it may, or proves nothing', attacks)
})

const HEAD = [
  '| attack | measured | trials | unprotected | ours | at most | |',
  '|---|---|---|---|---|---|---|',
]

const page = (
  table: readonly string[],
  typed: string,
  policy: string,
) => `# What attackers learn from contributions

\`${typed}\`, ${new Date().toISOString().slice(0, 10)}; reports of 102 numbers, terms: ${policy}.

${table.join('\n')}

- *unprotected*: the same attack on the update itself, on a sum without noise, on devices that draw their random bytes once. There it has to succeed, or it would prove nothing.
- *at most*: what the mathematics allows, and three standard errors for chance. A share is uniform: a coin. A sum under the noise of one server: Φ(√k / (z·√2)) for k rounds, and Φ(√k / z − 2.33) where 1 in 100 others is suspected.
- Who takes part in a sum is not hidden well by the demo’s noise (z = 1, 32 devices): it is there so that the demo can be played through. \`--policy FILE\` tries a shop’s own terms.
- Other attacks are tests of their own: a forked, rolled-back, expired or unsigned model, and what it does where no keys are named (\`src/device/worker/releases.browser.test.ts\`); a malformed one (\`src/core/model/files.test.ts\`); shares that are no update, oversized and swapped ones (\`src/aggregate/server/hostile.test.ts\`); rounds that make the model worse (\`src/aggregate/server/nextModel.test.ts\`).
- Not tried: telling devices apart by when they send; many devices in one hand; other servers or other code.
`

function row({ name, measure, trials, unprotected, ours, ceiling, holds }: Attack): string {
  const [without, measured, most] = [unprotected, ours, ceiling].map((x) => x.toFixed(4))
  return `| ${name} | ${measure} | ${trials} | ${without} | ${measured} | ${most} | ${holds ? 'holds' : '**fails**'} |`
}
