/** @module `--protocol new-items`: how a model ranks the items that its training was kept from. */

import type { Interval } from '../../evaluation/base/interval.ts'
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
} from '../../evaluation/base/newItems.ts'
import { byDay, countShoppers } from '../../evaluation/popularity.ts'
import { selectCases } from '../../evaluation/prepare.ts'
import { refreshPopularity } from '../../features/statistics.ts'
import { isWithheld } from '../../pretrain/withhold.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { CommandContext } from '../command.ts'
import { load, type Question } from './load.ts'
import { readModelDirectory } from './modelDirectory.ts'

/** What `--json` holds. */
export interface NewItemsResult extends NewItemSummary {
  readonly protocol: 'new-items'
  readonly shop: string
  readonly until: string
  readonly seed: number
  /** Items in all, and those that training was kept from. */
  readonly items: number
  readonly newItems: number
}

export async function evaluateNewItems(
  question: Omit<Question, 'protocol'>,
  { progress, print, signal }: CommandContext,
): Promise<NewItemsResult> {
  const { holdout } = (await readModelDirectory(question.model)).manifest
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
  const selected = selectCases(input).flatMap((cases) => newItemCases(cases, isNew))
  const results: { shopper: string; targets: number; values: Float64Array }[] = []
  for (const one of selected.sort((a, b) => a.time - b.time)) {
    const { shopper, targets } = one
    results.push({ shopper, targets: targets.length, values: measureNewItems(asked, one) })
    if (results.length % 20 > 0) continue
    progress.update('asking for new items', results.length, selected.length)
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
    ...NEW_ITEM_ARMS.map((name) => `  ${name.padEnd(22)}${NEW_ITEM_ARM_MEANINGS[name]}`),
  ]
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${decimal(Math.abs(value))}`
}
