/**
 * @module Measures how well each model of the simulated year predicts to which product a held-out shopper turns next.
 * No model learns from held-out shoppers.
 */
import {
  isTestCase,
  type NextCase,
  nextCases,
  type ShopperHistory,
} from '@nearside/core/features/cases.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createRandom, inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import {
  bootstrap,
  type Interval,
  lift,
  mean,
  type Statistic,
} from '@nearside/evaluate/bootstrap.ts'
import { type Fit, ShopperDevice } from '@nearside/evaluate/device.ts'
import { popularityOf } from '@nearside/evaluate/popularity.ts'
import { asLift, type Lift } from '@nearside/evaluate/results.ts'
import type { RowCase, Rows, Series } from '@nearside/evaluate/rows.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { hiding, ndcg, placesOf } from '@nearside/train/metrics.ts'
import { START, storedFrom, YEAR, type YearShopper } from './shop.ts'

/** Arms (compared variants). All know the same history, and items' popularity as of the week's first day. */
export const ARMS = {
  personal: 'the newest model, with what the device learned',
  base: 'the newest model: everyone’s list',
  updated: 'the newest model that was trained, without the rounds since',
  frozen: 'the first model',
  popularity: 'orders of the last 30 days',
} as const
type ArmName = keyof typeof ARMS

/** Maximum number of test cases of a week. */
const MOST_CASES = 150

export interface TestedCase extends RowCase {
  readonly week: number
}

const ndcgOf = (arm: ArmName): Series => ({ arm, metric: 'ndcg@10' })

/** Test cases of a week, each with the history that the shopper's device stores. */
export function casesOf(
  shoppers: readonly YearShopper[],
  from: number,
  to: number,
  random: Random,
): readonly NextCase[] {
  const all = shoppers.flatMap((shopper) => {
    if (!shopper.visits.some((time) => time >= from && time < to)) return []
    return shopper.stores.flatMap((store) => {
      const interactions = storedFrom(shopper, store, from, to)
      const held: ShopperHistory = { id: shopper.id, interactions }
      return nextCases(held, false, from).filter(isTestCase)
    })
  })
  return inRandomOrder(all, random).slice(0, MOST_CASES)
}

export async function testWeek(
  rows: Rows<TestedCase>,
  week: number,
  cases: readonly NextCase[],
  models: Readonly<Record<'base' | 'updated' | 'frozen', BaseModel>>,
  fit: Fit,
  steps: Steps,
): Promise<void> {
  const { base, updated, frozen } = models
  const popularity = Float32Array.from(popularityOf(base.statistics).share)
  const shop = { model: base, statisticsAt: () => base.statistics, fit, installed: START }
  for (const { shopper, history, time, next } of cases) {
    await step(steps, 'testing', time - START, YEAR)
    const { shown, terms } = await new ShopperDevice(shop).score({ history, time })
    const scoresBy = (model: BaseModel) =>
      model === base ? terms.base : scoreTerms(model, history, time).base
    const scores: Record<ArmName, Float32Array> = {
      personal: shown,
      base: terms.base,
      updated: scoresBy(updated),
      frozen: scoresBy(frozen),
      popularity,
    }
    const excluded = hiding(base.itemIds.length, next.hidden)
    rows.begin({ shopper, week })
    for (const arm of Object.keys(ARMS) as ArmName[])
      rows.put(ndcgOf(arm), ndcg(placesOf(scores[arm], next.targets, excluded), 10))
  }
}

/** NDCG@10: means over shoppers, with 95 % intervals by bootstrap over shoppers; null without a case. */
export function qualityOf(rows: Rows<TestedCase>, seed: number) {
  const statistic = (one: Statistic) =>
    bootstrap([one], rows.byShopper.length, createRandom(seed))[0]
  const names = Object.keys(ARMS) as ArmName[]
  return {
    cases: rows.cases.length,
    shoppers: rows.byShopper.length,
    arms: names.map((arm): { readonly arm: ArmName; readonly ndcg: Interval | null } => ({
      arm,
      ndcg: statistic(mean(rows.means(ndcgOf(arm)))),
    })),
    lifts: (
      [
        ['personal', 'base'],
        ['base', 'updated'],
        ['base', 'frozen'],
        ['base', 'popularity'],
      ] as const
    ).map(
      ([arm, over]): {
        readonly arm: ArmName
        readonly over: ArmName
        readonly lift: Lift | null
      } => {
        const found = statistic(lift(rows.means(ndcgOf(arm)), rows.means(ndcgOf(over))))
        return { arm, over, lift: found && asLift(found) }
      },
    ),
  }
}
