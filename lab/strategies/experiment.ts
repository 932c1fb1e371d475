/** @module When should a device learn? Shoppers lived twice, with their own past and with another's. */
import { NearsideError } from '../../src/core/error.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { createWasmEngine } from '../../src/engine/wasm/wasmEngine.ts'
import { isoDay, LEAST_SHOPPERS } from '../../src/evaluate/cases.ts'
import { liftsOver } from '../../src/evaluate/envelope.ts'
import { load } from '../../src/evaluate/load.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { change, decimal, estimate, fixed } from '../../src/evaluate/report/numbers.ts'
import type { Part } from '../../src/evaluate/report/report.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import {
  type LivedPair,
  type Quality,
  type Recovery,
  type StrategySummary,
  summariseStrategies,
} from './compare.ts'
import { live } from './live.ts'
import { splice } from './splice.ts'

const BEFORE = 3
const LEAST_AFTER = 2
const MOST_AFTER = 8
/** Enough for an interval; more would only take longer. */
const MOST_SHOPPERS = 120

export const experiment: Experiment = {
  asks: 'online, batch and hybrid learning: quality, cost, and how soon a change of interest is followed',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { model, shoppers, until, dayOnly, seed, isHeldOut, isTested = isHeldOut } = input
    const lives = splice(
      shoppers.filter(({ id }) => isTested(id)),
      { dayOnly, from: until, before: BEFORE, least: LEAST_AFTER, most: MOST_AFTER },
      createRandom(seed),
    ).slice(0, MOST_SHOPPERS)
    if (lives.length < LEAST_SHOPPERS)
      throw new NearsideError(
        'input-invalid',
        `${lives.length} held-out shoppers have ${BEFORE} orders or events before ${isoDay(until)} and ${LEAST_AFTER} from then on; at least ${LEAST_SHOPPERS} are needed for an interval`,
      )
    const engine = await createWasmEngine()
    const fit = (problem: Parameters<typeof engine.fit>[0]) => engine.fit(problem)
    const { statisticsAt } = prepareDevices(input, fit)
    const modelAt = (time: number) => ({
      ...model,
      statistics: statisticsAt(Math.max(time, until)),
    })
    const options = { modelAt, fit, clock: () => performance.now() }
    const lived: LivedPair[] = []
    for (const [k, life] of lives.entries()) {
      await step(steps, 'living', k, lives.length)
      lived.push({
        own: await live(life, life.own, options),
        other: await live(life, life.other, options),
      })
    }
    const arms = summariseStrategies(lived, model.prior.steps, createRandom(seed))
    return {
      result: {
        protocol: 'strategies',
        ...head(asked, shop.name, until),
        shoppers: lives.length,
        cases: lives.reduce((sum, { cases }) => sum + cases.length, 0),
        arms,
        lifts: liftsOver(arms[0].name, arms),
      },
      report: {
        title: `Update strategies: ${shop.name}`,
        lead: [
          `${lives.length} held-out shoppers from ${isoDay(until)} on, each with their own past and with another's; test, then learn what the strategy says`,
          '95 % intervals by bootstrap over shoppers; a page closed before it is idle: what waits for a pause is not learned',
        ],
        parts: [
          quality('With their own past', arms, ({ own }) => own),
          quality("After the change, with another's past", arms, ({ changed }) => changed),
          {
            title:
              'Events until what the change cost in likelihood is regained, and the cost of learning',
            table: {
              columns: [
                'strategy',
                'half',
                'nine tenths',
                'followed / hurt',
                'fits an event',
                'steps an event',
                'ms an event',
              ],
              rows: arms.map((arm) => [
                arm.name,
                events(arm.half),
                events(arm.most),
                `${arm.most.followed}/${arm.most.hurt}`,
                fixed(arm.fitsPerEvent, 3),
                fixed(arm.stepsPerEvent, 2),
                fixed(arm.millisecondsPerEvent, 1),
              ]),
            },
          },
        ],
        notes,
      },
    }
  },
}

function quality(
  title: string,
  arms: readonly StrategySummary[],
  of: (arm: StrategySummary) => Quality,
): Part {
  return {
    title,
    table: {
      columns: ['strategy', 'NDCG@10', 'over no learning', 'nll'],
      rows: arms.map((arm) => [
        arm.name,
        estimate(of(arm).ndcg, decimal),
        estimate(of(arm).over, change),
        estimate(of(arm).nll, (value) => fixed(value, 3)),
      ]),
    },
  }
}

function events({ median, lo, hi }: Recovery): string {
  const [middle, from, to] = [median, lo, hi].map((value) => value ?? 'never')
  return `${middle} [${from}, ${to}]`
}
