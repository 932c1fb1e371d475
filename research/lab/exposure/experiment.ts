/**
 * @module Experiment: does the fit drift when shoppers click only in lists that it made? Does it help to fill one place
 * of a list by exploration?
 */
import { createRandom } from '@nearside/core/model/random.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { bootstrap, mean } from '@nearside/evaluate/bootstrap.ts'
import { load } from '@nearside/evaluate/load.ts'
import { count, decimal, estimate, fixed } from '@nearside/evaluate/report/numbers.ts'
import { asEstimate } from '@nearside/evaluate/results.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import { type Exposure, type Lived, live, VISITS, withFreeTaste } from './visits.ts'
import { plantTaste } from './world.ts'

const SHOPPERS = 12
/** Strength of the planted preference relative to popularity. */
const STRENGTHS = [0, 1] as const

interface Arm {
  readonly name: string
  readonly exposure: Exposure
  readonly personal: boolean
  /** Whether the user vector u may move, too. */
  readonly free?: boolean
}

const ARMS: readonly Arm[] = [
  { name: 'base', exposure: 'greedy', personal: false },
  { name: 'as shipped', exposure: 'greedy', personal: true },
  { name: 'as shipped, Thompson slot', exposure: 'thompson', personal: true },
  { name: 'as shipped, slot by lot', exposure: 'lot', personal: true },
  { name: 'as shipped, picks from the catalog', exposure: 'whole', personal: true },
  { name: 'u free', exposure: 'greedy', personal: true, free: true },
  { name: 'u free, Thompson slot', exposure: 'thompson', personal: true, free: true },
  { name: 'u free, slot by lot', exposure: 'lot', personal: true, free: true },
  { name: 'u free, picks from the catalog', exposure: 'whole', personal: true, free: true },
]

export const experiment: Experiment = {
  asks: 'whether the fit drifts if shoppers click only on lists, and whether a Thompson slot helps',
  async run(asked, steps) {
    const { seed } = asked
    const { shop, input } = await load(asked.question)
    const models = [input.model, withFreeTaste(input.model)]
    const engine = await createWasmEngine()
    const rows: (readonly string[])[] = []
    const found: unknown[] = []
    const total = STRENGTHS.length * SHOPPERS
    for (const [at, strength] of STRENGTHS.entries()) {
      const lives: Lived[][] = ARMS.map(() => [])
      for (let shopper = 0; shopper < SHOPPERS; shopper++) {
        await step(steps, 'living', at * SHOPPERS + shopper, total)
        const own = 1000 * seed + shopper
        const taste = plantTaste(input.model, strength, createRandom(own))
        for (const [k, { free, ...how }] of ARMS.entries())
          lives[k].push(await live(models[free ? 1 : 0], engine, taste, { ...how, seed: own }))
      }
      const column = (k: number, of: (one: Lived) => number) => Float64Array.from(lives[k], of)
      for (const [k, { name, free }] of ARMS.entries()) {
        const greedy = free ? 5 : 1
        const clicks = column(k, (one) => one.clicks)
        const columns = [
          clicks,
          clicks.map((many, i) => many - lives[greedy][i].clicks),
          column(k, (one) => one.base),
          column(k, (one) => one.personal),
          column(k, (one) => one.personal - one.base),
          column(k, (one) => one.personal).map((own, i) => own - lives[greedy][i].personal),
        ]
        const [many, more, base, personal, lift, over] = bootstrap(
          columns.map(mean),
          columns[0].length,
          createRandom(seed),
        ).map(asEstimate)
        found.push({ strength, arm: name, clicks: many, more, base, personal, lift, over })
        const signed = (value: number) => fixed(value, 4)
        rows.push([
          ...[String(strength), name, fixed(many.mean, 1)],
          k === greedy ? '' : estimate(more, (value) => fixed(value, 1)),
          ...[decimal(base.mean), decimal(personal.mean), estimate(lift, signed)],
          k === greedy ? '' : estimate(over, signed),
        ])
      }
    }
    return {
      result: {
        protocol: 'exposure',
        ...head(asked, shop.name, input.until),
        shoppers: SHOPPERS,
        cases: 0,
        arms: [],
        rows: found,
      },
      report: {
        title: `Exposure and exploring: ${shop.name}`,
        lead: [
          `${count(SHOPPERS)} simulated shoppers a strength, each with one planted taste (likeness to an item that was drawn by lot, beside popularity; both of unit variance, the taste times its strength), ${VISITS} visits of three lists of ten without what was clicked before; a fit after each visit; NDCG@10 of the list after the last, by the planted worth; 95 % intervals by bootstrap over shoppers`,
        ],
        parts: [
          {
            title: 'By strength of the taste',
            table: {
              columns: [
                'strength',
                'lists by',
                'clicks',
                'more than without a slot',
                'base NDCG@10',
                'personal',
                'personal − base',
                'personal − that without a slot',
              ],
              rows,
            },
          },
        ],
        notes: [
          'Thompson slot: the last of ten places holds the best other item by a draw from the Laplace posterior. by lot: any item. picks from the catalog: as often as something in the list is clicked, the shopper picks by worth from all items, so nothing depends on what was shown',
          'u free: item directions may move, with a prior so wide that a score moves by one; the shipped model’s prior keeps all 64 of them at 0',
        ],
      },
    }
  },
}
