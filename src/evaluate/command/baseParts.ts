/** @module `--arms base`: the base model and its parts, without anything learned on a device. */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import {
  BASE_ARM_MEANINGS,
  BASE_ARMS,
  BASE_METRICS,
  type BaseResult,
  measureBase,
} from '../base/baseArms.ts'
import { type BaseSummary, summariseBase } from '../base/summariseBase.ts'
import type { Lift } from '../bootstrap.ts'
import type { Envelope } from '../envelope.ts'
import { type Protocol, prepareWalk, selectCases, tuneBaselines } from '../prepare.ts'
import { load, type Question } from './load.ts'

/** What `--json` holds. `shoppersWorse` is null: nobody's device learned anything. */
export interface BasePartsResult extends BaseSummary, Envelope {
  readonly protocol: Protocol
  readonly arms: BaseSummary['arms']
  readonly lifts: BaseSummary['lifts']
  readonly shoppersWorse: null
}

export async function evaluateBaseParts(
  question: Question,
  { progress, print, signal }: CommandContext,
): Promise<BasePartsResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  progress.update('tuning baselines', 0, 1)
  const tuned = tuneBaselines(input)
  const walk = prepareWalk(input, tuned, () => {
    throw new NearsideError('engine-unavailable', 'nothing is fitted for the arms of the base')
  })
  const results: BaseResult[] = []
  for (const [done, cases] of selected.entries()) {
    for (const one of cases) results.push(measureBase(walk, one))
    if (done % 50 === 0) {
      progress.update('walking shoppers', done, selected.length)
      // Lets Ctrl-C be heard between two steps.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
    }
  }
  progress.update('intervals', 0, 1)
  const summary = summariseBase(results, input.seed)
  progress.clear()
  const result: BasePartsResult = {
    protocol: question.protocol,
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    ...summary,
    shoppersWorse: null,
  }
  const items = input.model.itemIds.length
  for (const line of formatBaseParts(result, items)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}

function formatBaseParts(result: BasePartsResult, items: number): string[] {
  const { protocol, shop, until, shoppers, cases, casesWithNew, arms, lifts, intervals } = result
  const which = protocol === 'personal' ? `from ${until} on` : "each shopper's last case"
  const row = (arm: (typeof arms)[number], suffix: string) => {
    const values = arm as unknown as Readonly<Record<string, number>>
    const cells = BASE_METRICS.map((name) => decimal(values[`${name}${suffix}`]).padStart(12))
    const { lo, hi } = intervals.find(
      ({ name, metric }) => name === arm.name && metric === `ndcg@10${suffix}`,
    )?.interval ?? { lo: 0, hi: 0 }
    return `  ${arm.name.padEnd(22)}${cells.join('')}   [${decimal(lo)}, ${decimal(hi)}]`
  }
  const heads = `${''.padEnd(24)}${BASE_METRICS.map((name) => name.padStart(12)).join('')}   ndcg@10, 95 %`
  return [
    `${shop}, ${which}: ${count(cases)} cases of ${count(shoppers)} shoppers, all ${count(items)} items ranked`,
    'means over shoppers; 95 % intervals by bootstrap over shoppers',
    '',
    `Repeats filtered: only items new to the shopper are ranked and wanted (${count(casesWithNew)} of ${count(cases)} cases)`,
    heads,
    ...arms.map((arm) => row(arm, ':new')),
    '',
    'Repeats allowed',
    heads,
    ...arms.map((arm) => row(arm, '')),
    '',
    'NDCG@10, repeats filtered',
    ...lifts
      .filter(({ metric }) => metric === 'ndcg@10:new')
      .map((lift) => `  ${`${lift.arm} over ${lift.over}`.padEnd(36)}${relative(lift)}`),
    '',
    ...BASE_ARMS.map((name) => `  ${name.padEnd(22)}${BASE_ARM_MEANINGS[name]}`),
  ]
}

function relative({ relative, lo, hi }: Lift): string {
  return `${percent(relative)} % [${percent(lo)}, ${percent(hi)}]`
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)}`
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}
