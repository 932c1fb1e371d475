/** @module `--arms fits`: what the exact softmax over the catalogue is worth to the personal fit. */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import { createJsEngine } from '../../engine/js.ts'
import { fitCatalogue } from '../../engine/softmax/catalogueFit.ts'
import type { Envelope } from '../envelope.ts'
import {
  FIT_ARM_MEANINGS,
  FIT_ARMS,
  FIT_METRICS,
  type FitResultOfCase,
  measureFits,
} from '../fits/fitArms.ts'
import { type FitSummary, summariseFits } from '../fits/summariseFits.ts'
import { type Protocol, prepareWalk, selectCases, tuneBaselines } from '../prepare.ts'
import { load, type Question } from './load.ts'

/** What `--json` holds. */
export interface FitsResult extends FitSummary, Envelope {
  readonly protocol: Protocol
  readonly arms: FitSummary['arms']
  readonly lifts: FitSummary['lifts']
}

export async function evaluateFits(
  question: Question,
  { progress, print, signal }: CommandContext,
): Promise<FitsResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  const engine = createJsEngine()
  progress.update('tuning baselines', 0, 1)
  const walk = prepareWalk(input, tuneBaselines(input), (problem) => engine.fit(problem))
  const results: FitResultOfCase[] = []
  for (const [done, cases] of selected.entries()) {
    for (const one of cases) results.push(await measureFits(walk, fitCatalogue, one))
    progress.update('walking shoppers', done, selected.length)
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
  progress.update('intervals', 0, 1)
  const summary = summariseFits(results, input.seed)
  progress.clear()
  const result: FitsResult = {
    protocol: question.protocol,
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    ...summary,
    shoppersWorse: null,
  }
  for (const line of formatFits(result, input.model.itemIds.length)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}

function formatFits({ shop, cases, shoppers, arms, lifts }: FitsResult, items: number): string[] {
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(14)).join('')
  return [
    `${shop}: ${cases} cases of ${shoppers} shoppers, all ${items} items ranked; means over shoppers`,
    '',
    `${''.padEnd(18)}${cells(FIT_METRICS)}`,
    ...arms.map(
      (arm) => `${arm.name.padEnd(18)}${cells(FIT_METRICS.map((name) => arm[name].toFixed(4)))}`,
    ),
    '',
    'differences, 95 % intervals by bootstrap over shoppers (nll: less is better)',
    ...lifts.map(
      ({ arm, over, metric, relative, lo, hi }) =>
        `${`${arm} over ${over}`.padEnd(36)}${metric.padEnd(13)}${percent(relative)} [${percent(lo)}, ${percent(hi)}]`,
    ),
    '',
    ...FIT_ARMS.map((name) => `${name.padEnd(18)}${FIT_ARM_MEANINGS[name]}`),
  ]
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)} %`
}
