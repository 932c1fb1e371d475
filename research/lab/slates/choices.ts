/** @module Choices from slates with their features, and weights that a group of shoppers shares. */
import { spreadOf } from '@nearside/train/ranker/select.ts'
import { SLATE_FEATURES, slateFeatures } from './features.ts'
import { fitLogit, type Table } from './fit.ts'
import { isSameList, type SlateShopper } from './log.ts'

interface Choice {
  /** Row-major [K, SLATE_FEATURES], of what was known before the choice. */
  readonly features: Float32Array
  /** Number of items K, at least 2. */
  readonly items: number
  /** Place of the chosen item, from 0. */
  readonly chosen: number
  /** Whether the shopper's choice before was from the same list. */
  readonly isSameList: boolean
  /** Whether the shopper's choice before was in the same session. */
  readonly isSameSession: boolean
  /** Whether prices ascend from the first place to the last. */
  readonly isByPrice: boolean
}

export interface Chooser {
  readonly id: string
  /** In the order of time. */
  readonly choices: readonly Choice[]
}

/** Choices among two items and more; the features know all actions before. */
export function choicesOf({ id, actions }: SlateShopper): Chooser {
  const choices: Choice[] = []
  let last: SlateShopper['actions'][number] | undefined
  actions.forEach((action, at) => {
    const { slate, session } = action
    if (!slate || slate.items.length < 2) return
    choices.push({
      features: slateFeatures(slate, session, actions.slice(0, at)),
      items: slate.items.length,
      chosen: slate.chosen,
      isSameList: last?.slate !== undefined && isSameList(last.slate.items, slate.items),
      isSameSession: last?.session === session,
      isByPrice: slate.prices.every((price, k) => k === 0 || slate.prices[k - 1] <= price),
    })
    last = action
  })
  return { id, choices }
}

export interface Pooled {
  /** Weights of raw features, [SLATE_FEATURES]; 0 for a feature that the arm lacks. */
  readonly weights: Float64Array
  /** Standard deviation of each feature over the items of the slates, [SLATE_FEATURES]. */
  readonly scale: Float32Array
}

/** Strength of the L2 term, in units of one choice. */
const L2 = 1

/** Conditional logit over the slates; each shopper counts as much as another. */
export function poolWeights(choosers: readonly Chooser[], columns: readonly number[]): Pooled {
  const table = tableOf(choosers)
  return { weights: fitLogit(table, columns, L2), scale: spreadOf(table).scale }
}

function tableOf(choosers: readonly Chooser[]): Table {
  const choices = choosers.flatMap((one) => one.choices.map((choice) => ({ ...choice, of: one })))
  const rows = choices.reduce((sum, { items }) => sum + items, 0)
  const features = new Float32Array(rows * SLATE_FEATURES)
  const target = new Float32Array(rows)
  const start = Int32Array.from({ length: choices.length + 1 }, () => 0)
  choices.forEach((choice, c) => {
    features.set(choice.features, start[c] * SLATE_FEATURES)
    target[start[c] + choice.chosen] = 1
    start[c + 1] = start[c] + choice.items
  })
  return {
    cases: choices.map(({ of }) => ({ shopper: of.id, weight: 1 / of.choices.length })),
    start,
    columns: SLATE_FEATURES,
    item: new Int32Array(rows),
    features,
    correction: new Float32Array(rows),
    target,
  }
}
