/** @module `--protocol new-items`: how a model ranks the items that its training was kept from. */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import { refreshPopularity } from '../../core/features/statistics.ts'
import { readModel } from '../../train/models/read.ts'
import { isWithheld } from '../../train/withhold.ts'
import {
  type BesideNewItems,
  type BesideResult,
  measureBeside,
  summariseBeside,
} from '../base/besideNewItems.ts'
import type { Interval } from '../base/interval.ts'
import {
  measureNewItems,
  NEW_ITEM_ARM_MEANINGS,
  NEW_ITEM_ARMS,
  NEW_ITEM_METRICS,
  type NewItemArm,
  type NewItemSummary,
  newItemCases,
  summariseNewItems,
  withoutItems,
} from '../base/newItems.ts'
import { byDay, countShoppers } from '../popularity.ts'
import { selectCases } from '../prepare.ts'
import { load, type Question } from './load.ts'

/** What `--json` holds. */
export interface NewItemsResult extends NewItemSummary {
  readonly protocol: 'new-items'
  readonly shop: string
  readonly until: string
  readonly seed: number
  /** Items in all, and those that training was kept from. */
  readonly items: number
  readonly newItems: number
  /** What they cost the items that training knew. */
  readonly beside: BesideNewItems
}

export async function evaluateNewItems(
  question: Omit<Question, 'protocol'>,
  { progress, print, signal }: CommandContext,
): Promise<NewItemsResult> {
  const { holdout } = (await readModel(question.model)).manifest
  // Whoever taught the model may be asked for the last event alone.
  const protocol = holdout.shoppers === 0 ? 'leave-one-out' : 'personal'
  const { shop, input, notes } = await load({ ...question, protocol })
  const { model } = input
  const { withheldItems, seed } = model.manifest
  if (!withheldItems)
    throw new NearsideError(
      'model-incompatible',
      "the model was trained on every item: make one with 'nearside pretrain --withhold-items 0.05'",
    )
  const isNew = Uint8Array.from(model.itemIds, (id) =>
    isWithheld(id, withheldItems.fraction, seed) ? 1 : 0,
  )
  const newItems = isNew.reduce((sum, flag) => sum + flag, 0)
  if (newItems !== withheldItems.items)
    throw new NearsideError(
      'model-incompatible',
      `the model was trained without ${withheldItems.items} items, this shop has ${newItems} of them`,
    )
  const histories = input.shoppers
    .filter(({ id }) => !input.isHeldOut(id))
    .map(({ interactions }) => withoutItems(interactions, isNew))
  const asked = {
    model,
    isNew,
    statisticsAt: byDay((midnight) => refreshPopularity(model.statistics, histories, midnight)),
    popularityAt: byDay((midnight) => countShoppers(isNew.length, histories, midnight).all),
  }
  const selected = selectCases(input).flat()
  const results: { shopper: string; targets: number; values: Float64Array }[] = []
  const beside: BesideResult[] = []
  for (const [done, one] of selected.sort((a, b) => a.time - b.time).entries()) {
    for (const wanted of newItemCases([one], isNew)) {
      const values = measureNewItems(asked, wanted)
      results.push({ shopper: one.shopper, targets: wanted.targets.length, values })
    }
    const others = measureBeside(asked, one)
    if (others) beside.push(others)
    if (done % 20 > 0) continue
    progress.update('asking for items', done, selected.length)
    // Lets Ctrl-C be heard between two steps.
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
  progress.clear()
  const summary = summariseNewItems(results, input.seed)
  if (summary.shoppers < 10)
    throw new NearsideError(
      'input-invalid',
      `${summary.shoppers} shoppers turned to a withheld item; at least 10 are needed for an interval`,
    )
  const result: NewItemsResult = {
    protocol: 'new-items',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    items: isNew.length,
    newItems,
    ...summary,
    beside: summariseBeside(beside, input.seed),
  }
  for (const line of formatNewItems(result)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}

const HEADS = NEW_ITEM_METRICS.map((name) => name.padEnd(28))
  .join('')
  .trimEnd()

function formatNewItems(result: NewItemsResult): string[] {
  const { shop, items, newItems, shoppers, cases, arms, gains } = result
  const table = (rows: NewItemSummary['arms'], format: (interval: Interval) => string) =>
    rows.map((row) => {
      const cells = NEW_ITEM_METRICS.map((metric) => format(row[metric]).padEnd(28))
      return `  ${row.name.padEnd(22)}${cells.join('')}`.trimEnd()
    })
  const isLearned = ({ name }: { readonly name: NewItemArm }) => !name.startsWith('popular')
  return [
    `${shop}: ${newItems.toLocaleString('en-GB')} of ${items.toLocaleString('en-GB')} items withheld from training; ${cases.toLocaleString('en-GB')} times ${shoppers.toLocaleString('en-GB')} shoppers turned to one`,
    'means over shoppers [95 % by bootstrap over shoppers]; @all among all items new to the shopper, @new among the withheld ones',
    '',
    `${''.padEnd(24)}${HEADS}`,
    ...table(arms, ({ mean, lo, hi }) => `${decimal(mean)} [${decimal(lo)}, ${decimal(hi)}]`),
    '',
    'Difference to popular-in-category',
    ...table(
      gains.filter(isLearned),
      ({ mean, lo, hi }) => `${signed(mean)} [${signed(lo)}, ${signed(hi)}]`,
    ),
    '',
    ...formatBeside(result.beside),
    '',
    ...NEW_ITEM_ARMS.map((name) => `  ${name.padEnd(22)}${NEW_ITEM_ARM_MEANINGS[name]}`),
  ]
}

function formatBeside({ shoppers, cases, aided, unaided, difference, newOfTen }: BesideNewItems) {
  const { mean, lo, hi } = difference
  return [
    `What that costs the items that training knew: ${cases.toLocaleString('en-GB')} cases of ${shoppers.toLocaleString('en-GB')} shoppers who wanted one, NDCG@10`,
    `  base-fresh ${decimal(aided.mean)}, base-unaided ${decimal(unaided.mean)}: ${signed(mean)} [${signed(lo)}, ${signed(hi)}]; of the first ten, ${newOfTen.mean.toFixed(2)} are new`,
  ]
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${decimal(Math.abs(value))}`
}
