/** @module `nearside simulate`: plays federated rounds with virtual devices. */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { readTerms } from '@nearside/aggregate/server/terms.ts'
import { markdown, textLines } from '@nearside/evaluate/report/report.ts'
import { ATTACKS, type Attack } from '@nearside/research/simulate/forge.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { asTyped, requireFolder } from '../output.ts'
import { HTML, MARKDOWN, POLICY, SEED, SHOP } from '../shared.ts'
import { between, wholeNumber } from '../values.ts'

const syntax = new Command('simulate')
  .summary('federated rounds with virtual devices that play a shop’s own shoppers')
  .description(`Whether contributions would pay in this shop, before anybody is asked for one: the log after what the
model was trained on is parted into as many rounds as wanted and a test. In each, devices of training
shoppers contribute what they learned, by the code that browsers run, to a leader and a helper as serve
runs them, in this process. Some vanish at any moment, messages are lost, late or doubled, clocks are
wrong, and servers die or are cut off; then it is checked that the sum before noise counts each report
once. Held-out shoppers are the gate's, and measure each version beside the one that was there before.
The same seed gives the same result. Exit code 1 where a sum is not exact.

Of --policy, clip norm, scale and learning rate count; its tokens don't.

Attacks, e.g. --attack flip=0.1:
${Object.entries(ATTACKS)
  .map(([name, what]) => `  ${name.padEnd(9)}${what}`)
  .join('\n')}`)
  .requiredOption(...SHOP)
  .requiredOption(
    '--model <dir>',
    'directory of models, as pretrain writes it; its latest is improved',
  )
  .requiredOption('--devices <n>', 'devices a round', wholeNumber(2, 1_000_000))
  .requiredOption('--rounds <n>', 'rounds', wholeNumber(1, 100))
  .option(...SEED)
  .option('--drop <share>', 'devices that vanish on their way', between(0, 1), 0)
  .option(
    '--attack <name=share>',
    'share of the devices that are hostile, and what they send',
    attackText,
  )
  .option(
    '--epsilon <e>',
    'ε by substitution of all rounds for a device that is in each (default: no noise)',
    between(0.01, 100),
  )
  .option(...POLICY, 'demo')
  .option(...HTML)
  .option(...MARKDOWN)

export const command = defineCommand(syntax, async (options, { print, progress, signal }) => {
  await requireFolder('html', options.html)
  await requireFolder('markdown', options.markdown)
  const { epsilon = null } = options
  const { attack, malicious } = attackOf(options.attack)
  const terms = await readTerms(options.policy)
  const question = { ...options, attack, malicious, epsilon, terms, now: Date.now() }
  const { simulate } = await import('@nearside/research/simulate/simulate.ts')
  const { describeSimulation } = await import('@nearside/research/simulate/report.ts')
  const simulated = await simulate(question, {
    signal,
    onProgress: (...args) => progress.update(...args),
  })
  const { result } = simulated
  const report = describeSimulation(simulated, question)
  progress.clear()
  for (const line of textLines(report)) print(line)
  if (options.markdown !== undefined) {
    const today = new Date().toISOString().slice(0, 10)
    await writeFile(options.markdown, markdown(report, `nearside ${asTyped(syntax)}`, today))
  }
  if (options.html !== undefined) {
    const { page } = await import('@nearside/evaluate/report/page.ts')
    await writeFile(options.html, page(report, result))
  }
  const wrong = result.rounds.filter(({ sumExact }) => sumExact === false)
  if (wrong.length === 0) return result
  throw new NegativeResult(
    `the sum of round ${wrong[0].round} is not that of its reports, each once`,
    result,
  )
})

/** Attack and share of hostile devices; without the option, no device is hostile. */
function attackOf(text: string | undefined): { attack: Attack | null; malicious: number } {
  if (text === undefined) return { attack: null, malicious: 0 }
  const [name, share] = text.split('=')
  const attack = (Object.keys(ATTACKS) as Attack[]).find((known) => known === name)
  if (attack === undefined)
    throw new InvalidArgumentError(
      `It takes one of ${Object.keys(ATTACKS).join(', ')}, = and a share.`,
    )
  return { attack, malicious: between(0, 1)(share ?? 'none') }
}

function attackText(text: string): string {
  attackOf(text)
  return text
}
