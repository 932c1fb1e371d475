/**
 * @module Experiment: do counts of looks rank better than a look counted once a visit, and do purchases need weights
 * of their own? Weights are fitted on half of the training shoppers and tested on the other half.
 */
import { eventStrength } from '@nearside/core/events/strength.ts'
import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { History } from '@nearside/core/features/history.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { isKnown, scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import {
  ITEM_KNN,
  mixWithPopularity,
  RECENTLY_VIEWED,
  type TunableArm,
} from '@nearside/evaluate/baselines.ts'
import { observedMean } from '@nearside/evaluate/bootstrap.ts'
import { type AskedCase, casesOf } from '@nearside/evaluate/cases.ts'
import { load } from '@nearside/evaluate/load.ts'
import { type Store, storeHistory } from '@nearside/evaluate/owner/knowledge.ts'
import { popularityOf, publishedFiles } from '@nearside/evaluate/popularity.ts'
import { count, decimal, lift } from '@nearside/evaluate/report/numbers.ts'
import { liftsOf } from '@nearside/evaluate/results.ts'
import { type RowCase, Rows } from '@nearside/evaluate/rows.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { type TuningCase, tune } from '@nearside/evaluate/tune.ts'
import { foldOf } from '@nearside/train/holdout.ts'
import { METRICS, measure } from '@nearside/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'
import { type Blocks, fitLogit, scoresOf, TableBuilder } from './fit.ts'

const HALVES_SEED = 7
const HALVES = [0, 1] as const
const L2 = 30
/** Maximum number of a shopper's cases in a fit or a test, drawn at random. */
const CASES_EACH = 6
/** Share of popularity that an item's share of looks is compared with, as in `computeFeatures`. */
const FILL = 0.1

/** Half-lives in visits of the shares of looks. */
const HALF_LIVES = [1, 10, Number.POSITIVE_INFINITY] as const
/** Half-life in days of one more share. */
const DAYS = 2
/** Shares of looks by visits and by days, then the logarithms of the looks in the last visit and ever. */
const SHARES = HALF_LIVES.length + 1
const COUNTS = SHARES + 2

/** Columns of all items, row-major [N, COUNTS]: every look counts, weighted by its strength. */
export function countFeatures(history: History, now: number, share: Float32Array): Float32Array {
  const out = new Float32Array(share.length * COUNTS)
  const visits = [...new Set(history.map(({ session }) => session))].reverse()
  const ago = new Map(visits.map((session, k) => [session, k]))
  const sums = new Map<number, number[]>()
  const total = new Array<number>(SHARES).fill(0)
  for (const { item, name, session, time } of history) {
    const strength = eventStrength(name)
    if (strength === 0) continue
    const own = sums.get(item) ?? new Array<number>(COUNTS).fill(0)
    sums.set(item, own)
    const age = ago.get(session) ?? 0
    const decays = [
      ...HALF_LIVES.map((halfLife) => 2 ** (-age / halfLife)),
      2 ** (-(now - time) / DAY / DAYS),
    ]
    decays.forEach((decay, k) => {
      own[k] += strength * decay
      total[k] += strength * decay
    })
    if (age === 0) own[SHARES]++
    own[SHARES + 1]++
  }
  for (const [item, own] of sums)
    own.forEach((sum, k) => {
      const value = k < SHARES ? sum / total[k] / (FILL * share[item]) : sum
      out[item * COUNTS + k] = Math.log1p(value)
    })
  return out
}

/** Every look, halved by days, filled up with popularity: counting with the same looks as the features. */
const LOOKS: TunableArm<{ readonly halfLife: number; readonly fill: number }> = {
  start: { halfLife: 10, fill: 0.1 },
  grid: { halfLife: [0.5, 1, 2, 3, 5, 8, 12, 20, 40, 90], fill: [0.01, 0.05, 0.1, 0.2, 0.4, 0.6] },
  below: { fill: 1 },
  score({ halfLife, fill }, { history, time, popularity }, out) {
    const counts = new Float32Array(out.length)
    for (const { item, name, time: at } of history)
      counts[item] += eventStrength(name) * 2 ** (-(time - at) / DAY / halfLife)
    mixWithPopularity(counts, popularity, fill, out)
  },
}

interface Asked {
  readonly shopper: string
  readonly half: number
  readonly time: number
  readonly history: History
  readonly targets: readonly number[]
  readonly isBought: boolean
}

/** Questions: which targets, and where the history begins. */
const QUESTIONS = [
  { name: 'turned to, whole history', bought: false, store: 'beginning' },
  { name: 'turned to, since install', bought: false, store: 'install' },
  { name: 'bought, since install', bought: true, store: 'install' },
  { name: 'bought, whole history', bought: true, store: 'beginning' },
] as const satisfies readonly { name: string; bought: boolean; store: Store }[]

const BASE = 0
const FEATURES = Array.from({ length: FEATURE_COUNT }, (_, f) => 1 + f)
const ALL_LOOKS = Array.from({ length: COUNTS }, (_, f) => 1 + FEATURE_COUNT + f)
const DAY_COLUMN = 1 + FEATURE_COUNT + HALF_LIVES.length
const LOOK_COLUMNS = ALL_LOOKS.filter((column) => column !== DAY_COLUMN)
const WIDTH = 1 + FEATURE_COUNT + COUNTS

export const experiment: Experiment = {
  asks: 'counts of looks beside the base, and weights of their own for purchases',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { model, until } = input
    const random = createRandom(asked.seed)
    const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
    const histories = training.map(({ interactions }) => interactions)
    const N = model.itemIds.length
    const statisticsAt = publishedFiles(input, histories)
    const all = training.flatMap((shopper) => casesOf(input, shopper, until))
    const asQuestion = (one: AskedCase, bought: boolean, store: Store): Asked => ({
      ...{ shopper: one.shopper, time: one.time, isBought: bought },
      half: foldOf(one.shopper, HALVES.length, HALVES_SEED),
      history: storeHistory(store, one, until),
      targets: bought ? one.bought : one.targets,
    })
    const blocksOf = (one: Asked): Blocks => {
      const statistics = statisticsAt(one.time)
      const { base } = scoreTerms({ ...model, statistics }, one.history, one.time)
      const features = computeFeatures(statistics, one.history, one.time, null)
      const looks = countFeatures(one.history, one.time, popularityOf(statistics).share)
      return {
        items: N,
        excluded: new Uint8Array(N),
        targets: one.targets,
        blocks: [
          { width: 1, values: base },
          { width: FEATURE_COUNT, values: features },
          { width: COUNTS, values: looks },
        ],
      }
    }
    const drawn = (cases: readonly Asked[]): Asked[] => {
      const byShopper = new Map<string, Asked[]>()
      for (const one of cases) {
        const own = byShopper.get(one.shopper)
        if (own) own.push(one)
        else byShopper.set(one.shopper, [one])
      }
      return [...byShopper.values()].flatMap((own) =>
        inRandomOrder(own, random).slice(0, CASES_EACH),
      )
    }
    const guess = new Float64Array(WIDTH)
    guess[LOOK_COLUMNS[1]] = 1
    const tableOf = async (cases: readonly Asked[], label: string) => {
      const builder = new TableBuilder()
      for (const [done, one] of cases.entries()) {
        if (done % 50 === 0) await step(steps, label, done, cases.length)
        const own = blocksOf(one)
        const rankings = [own.blocks[0].values, scoresOf(own, guess)]
        builder.add(one.shopper, own, rankings, random, 100)
      }
      return builder.build()
    }

    const rows = new Rows<RowCase & { readonly question: string }>()
    const settings: string[] = []
    for (const store of ['beginning', 'install'] as const) {
      const known = all
        .map((one) => [asQuestion(one, false, store), asQuestion(one, true, store)] as const)
        .filter(([{ history }]) => isKnown(history))
      const turned = known.map(([any]) => any)
      const bought = known.map(([, own]) => own).filter(({ targets }) => targets.length > 0)
      const models = []
      for (const half of HALVES) {
        const isOwn = (one: Asked) => one.half === half
        const anyTable = await tableOf(drawn(turned.filter(isOwn)), `${store}: turned to`)
        const buyTable = await tableOf(bought.filter(isOwn), `${store}: bought`)
        const start = new Float64Array(WIDTH)
        start[BASE] = 1
        const refit = [BASE, ...FEATURES]
        const control = fitLogit(anyTable, refit, L2, start)
        const looks = fitLogit(anyTable, [...refit, ...LOOK_COLUMNS], L2, start)
        const few = [BASE, ...LOOK_COLUMNS]
        const beside = fitLogit(anyTable, few, L2, start)
        models.push({
          'base + looks': beside,
          'base + looks, head of purchases': fitLogit(buyTable, few, L2, beside),
          'base + looks, days too': fitLogit(anyTable, [BASE, ...ALL_LOOKS], L2, start),
          'base, refitted': control,
          'base, refitted + looks': looks,
          'base, refitted + looks, days too': fitLogit(
            anyTable,
            [...refit, ...ALL_LOOKS],
            L2,
            start,
          ),
          'refitted, head of purchases': fitLogit(buyTable, refit, L2, control),
          'refitted + looks, head of purchases': fitLogit(
            buyTable,
            [...refit, ...LOOK_COLUMNS],
            L2,
            looks,
          ),
        })
      }
      const contextOf = (one: Asked): TuningCase => {
        const statistics = statisticsAt(one.time)
        return {
          ...{
            history: one.history,
            time: one.time,
            targets: one.targets,
            hidden: null,
            weight: 1,
          },
          popularity: popularityOf(statistics),
          neighbours: statistics,
        }
      }
      const arms: Record<string, TunableArm> = {
        'recently-viewed': RECENTLY_VIEWED,
        'looks counted': LOOKS,
        'item-knn': ITEM_KNN,
      }
      for (const question of QUESTIONS.filter((one) => one.store === store)) {
        const cases = drawn(question.bought ? bought : turned)
        const tuned = HALVES.map((half) => {
          const own = drawn(cases.filter((one) => one.half === half)).map(contextOf)
          const some = inRandomOrder(own, random).slice(0, 400)
          return Object.fromEntries(
            Object.entries(arms).map(([name, arm]) => [name, tune(arm, some, N)]),
          )
        })
        settings.push(
          `${question.name}: ${JSON.stringify(tuned.map((own) => Object.fromEntries(Object.entries(own).map(([name, { parameters }]) => [name, parameters]))))}`,
        )
        for (const [done, one] of cases.entries()) {
          if (done % 50 === 0) await step(steps, `testing ${question.name}`, done, cases.length)
          const own = blocksOf(one)
          const other = 1 - one.half
          const scores: Record<string, Float32Array> = { base: own.blocks[0].values }
          for (const [name, { parameters }] of Object.entries(tuned[other])) {
            const out = new Float32Array(N)
            arms[name].score(parameters, contextOf(one), out)
            scores[name] = out
          }
          for (const [name, weights] of Object.entries(models[other]))
            scores[name] = scoresOf(own, weights)
          rows.begin({ shopper: one.shopper, question: question.name })
          const seen = new Uint8Array(N)
          for (const { item } of one.history) seen[item] = 1
          const fresh = one.targets.filter((target) => !seen[target])
          for (const [arm, values] of Object.entries(scores)) {
            measure(values, one.targets).forEach((value, m) => {
              rows.put({ arm, metric: METRICS[m] }, value)
            })
            if (fresh.length > 0)
              measure(values, fresh, seen).forEach((value, m) => {
                rows.put({ arm, metric: `${METRICS[m]}:new` }, value)
              })
          }
        }
      }
    }
    const names = [...new Set(rows.series.map(({ arm }) => arm))]
    const pairs = [
      ...names.slice(1).map((arm) => [arm, 'base'] as const),
      ['base, refitted + looks', 'base, refitted'] as const,
      ['refitted, head of purchases', 'base, refitted'] as const,
      ['refitted + looks, head of purchases', 'base, refitted + looks'] as const,
      ['base, refitted + looks', 'looks counted'] as const,
      ['refitted + looks, head of purchases', 'looks counted'] as const,
      ['base + looks', 'looks counted'] as const,
      ['base + looks, head of purchases', 'base + looks'] as const,
      ['base + looks, head of purchases', 'looks counted'] as const,
      ['base + looks, days too', 'base + looks'] as const,
      ['base + looks, days too', 'looks counted'] as const,
      ['base, refitted + looks, days too', 'looks counted'] as const,
    ]
    const found = QUESTIONS.map(({ name }) => {
      const own = rows.where(({ question }) => question === name)
      const lifts = (['ndcg@10', 'ndcg@10:new'] as const).map((metric) =>
        liftsOf(
          own,
          pairs.map(([arm, over]) => ({ arm, over, metric })),
          createRandom(asked.seed),
        ),
      )
      return { name, own, lifts }
    })
    return {
      result: {
        protocol: 'visit-counts',
        ...head(asked, shop.name, until),
        shoppers: rows.byShopper.length,
        cases: rows.cases.length,
        arms: names.map((name) => ({ name })),
        lifts: found.map(({ name, lifts }) => ({ name, lifts })),
      },
      report: {
        title: `Counts of looks: ${shop.name}`,
        lead: [
          `Training shoppers from ${new Date(until).toISOString().slice(0, 10)} on, with a history; weights from the other half of the shoppers; means over shoppers, 95 % intervals by paired bootstrap over shoppers`,
        ],
        parts: found.flatMap(({ name, own, lifts }) => [
          {
            title: `${name}: ${count(own.cases.length)} cases of ${count(own.byShopper.length)} shoppers`,
            table: {
              columns: ['arm', 'ndcg@10', 'new', 'nll'],
              rows: names.map((arm) => [
                arm,
                decimal(observedMean(own.means({ arm, metric: 'ndcg@10' }))),
                decimal(observedMean(own.means({ arm, metric: 'ndcg@10:new' }))),
                observedMean(own.means({ arm, metric: 'nll' })).toFixed(3),
              ]),
            },
          },
          {
            title: `${name}: lifts`,
            table: {
              columns: ['arm', 'over', 'ndcg@10', 'new'],
              rows: pairs.map(([arm, over]) => [
                arm,
                over,
                ...lifts.map((own) =>
                  lift(own.find((one) => one.arm === arm && one.over === over)),
                ),
              ]),
            },
          },
        ]),
        notes: [...notes, ...settings],
      },
    }
  },
}
