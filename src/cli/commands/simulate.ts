/** @module `nearside simulate`: simulates federated rounds with virtual devices. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { readTerms } from '@nearside/aggregate/server/terms.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { ATTACKS, type Attack } from '@nearside/research/simulate/forge.ts'
import type { CommandContext } from '../command.ts'
import { defineReportCommand, type Reported } from '../reportCommand.ts'
import { MODEL, POLICY, SEED, SHOP, UNTIL } from '../shared.ts'
import { between, wholeNumber } from '../values.ts'

/** Values of options under `--year`, unless the user sets them. Without `--policy` the year has its own terms. */
const YEAR = {
  ...{ shop: '', model: '', policy: '', devices: 0, rounds: 52, drop: 0.03, epsilon: 4 },
  attack: { attack: 'flip', malicious: 0.02 },
}

const syntax = new Command('simulate')
  .summary('simulate federated rounds with devices that replay a shop’s own shoppers')
  .description(`Estimates whether contributions would help this shop, before anybody is asked for one. The log after the
model's training data (the whole log for a model made without a log) is split into --rounds rounds and a test. Each
round updates --model's latest version. Held-out shoppers test the versions from --until on, and compare them with
[collected]. Devices of training shoppers run the code of browsers. They contribute to a leader and a helper, which
run as in serve, but in this process. Some devices vanish, messages are lost, late or doubled, clocks are wrong, and
servers die or are cut off. Even so, the sum before noise must count each report once. Held-out shoppers are the
gate, unless the model was made without a log. The same seed gives the same result. Exit code 1 if a sum is not exact.

--policy sets clip norm, scale, learning rate, counts and a device's number of reports; its tokens are ignored.

--year plays a made-up shop instead, which needs neither --shop nor --model: shoppers and products come and go,
browsers lose their stores, servers are down for days, each week has a round, and pretrain --from follows every fourth
week. --rounds is then the number of weeks (52), and --devices the number of reports of a round (1,000, or a hundredth
of the shoppers if that is less); --drop is 0.03, --attack flip=0.02 and --epsilon 4, unless given. 10,000 shoppers
take a minute of processor time; 100,000 take twelve.

Attacks, e.g. --attack flip=0.1:
${Object.entries(ATTACKS)
  .map(([name, what]) => `  ${name.padEnd(9)}${what}`)
  .join('\n')}`)
  .argument('[collected]', 'directory of models that were trained on the log')
  .requiredOption(...SHOP)
  .requiredOption(...MODEL)
  .requiredOption('--devices <n>', 'devices per round', wholeNumber(2, 1_000_000))
  .requiredOption('--rounds <n>', 'number of rounds', wholeNumber(1, 100))
  .option(...UNTIL)
  .option(...SEED)
  .option('--drop <share>', 'share of the devices that vanish during a round', between(0, 1), 0)
  .option(
    '--attack <name=share>',
    'what hostile devices send, and their share of the devices',
    attackOf,
  )
  .option(
    '--epsilon <e>',
    'ε of all reports of a device together, by substitution (default: no noise)',
    between(0.01, 100),
  )
  .option(...POLICY, 'demo')
  .addOption(
    new Option('--year [shoppers]', 'play a year of a made-up shop with this number of shoppers')
      .argParser(wholeNumber(100, 1_000_000))
      .preset('100000')
      .implies(YEAR),
  )

export const command = defineReportCommand(syntax, async (options, context, collected) => {
  const { progress, signal } = context
  const { epsilon = null, year } = options
  if (year !== undefined) return playYear({ ...options, year }, context, collected)
  const { attack, malicious } = options.attack ?? { attack: null, malicious: 0 }
  const terms = await readTerms(options.policy)
  const question = { ...options, collected, attack, malicious, epsilon, terms, now: Date.now() }
  const { simulate } = await import('@nearside/research/simulate/simulate.ts')
  const { describeSimulation } = await import('@nearside/research/simulate/report.ts')
  const simulated = await simulate(question, { signal, onProgress: progress.update })
  const { result } = simulated
  const report = describeSimulation(simulated, question)
  const wrong = result.rounds.find(({ sumExact }) => sumExact === false)
  if (!wrong) return { result, report }
  const failed = `the sum of round ${wrong.round} is wrong: it does not count each report once`
  return { result, report, failed }
})

async function playYear(
  options: ReturnType<typeof syntax.opts> & { readonly year: number },
  { progress, signal }: CommandContext,
  collected: string | undefined,
): Promise<Reported> {
  const { year, shop, model, until, rounds, devices, policy, epsilon = YEAR.epsilon } = options
  if (shop || model || until !== undefined || collected !== undefined)
    throw invalidInput(
      '--year makes up its shop: leave out --shop, --model, --until and [collected]',
    )
  if (rounds > YEAR.rounds) throw invalidInput(`a year has ${YEAR.rounds} weeks: lower --rounds`)
  const { simulateYear, YEAR_TERMS } = await import('@nearside/research/simulate/year/year.ts')
  const { describeYear } = await import('@nearside/research/simulate/year/report.ts')
  const question = {
    ...{ shoppers: year, weeks: rounds, seed: options.seed, drop: options.drop, epsilon },
    goal: devices || Math.min(1000, Math.round(year / 100)),
    ...(options.attack ?? { attack: null, malicious: 0 }),
    terms: policy ? await readTerms(policy) : YEAR_TERMS,
  }
  const played = await simulateYear(question, { signal, onProgress: progress.update })
  const { result } = played
  const report = describeYear(played, question)
  const wrong = result.weeks.find(({ sumExact }) => sumExact === false)
  return { result, report, ...(wrong && { failed: `the sum of week ${wrong.week} is wrong` }) }
}

/** Parses `NAME=SHARE`: name of an attack, and share of hostile devices. */
function attackOf(text: string): { readonly attack: Attack; readonly malicious: number } {
  const [name, share] = text.split('=')
  const attack = (Object.keys(ATTACKS) as Attack[]).find((known) => known === name)
  if (attack === undefined)
    throw new InvalidArgumentError(
      `It takes NAME=SHARE, where NAME is one of ${Object.keys(ATTACKS).join(', ')}.`,
    )
  return { attack, malicious: between(0, 1)(share ?? 'none') }
}
