/**
 * @module Experiment: does the state of a visit rank the next different product better than today's base? Weights
 * are fitted on half of the training shoppers and tested on the other half. Held-out shoppers are left alone.
 */
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { load } from '@nearside/evaluate/load.ts'
import { popularityOf, publishedFiles } from '@nearside/evaluate/popularity.ts'
import { Rows } from '@nearside/evaluate/rows.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { METRICS, measure } from '@nearside/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'
import { answer } from './answer.ts'
import {
  type AskedRow,
  HALVES,
  lastViewed,
  type NextCase,
  nextDifferent,
  popularInIntent,
} from './cases.ts'
import { contextOf, countingArms, tuneArm } from './counting.ts'
import { type Blocks, fitLogit, scoresOf, TableBuilder } from './fit.ts'
import { type StateOf, scratchBlocks, trainScratch } from './scratch.ts'
import {
  atHand,
  columnOf,
  GUESS,
  groupingsOf,
  STATE_COUNT,
  STATE_GROUPS,
  STATE_NAMES,
  type StateName,
  stateFeatures,
} from './state.ts'
import { Transitions } from './transitions.ts'

/** Strength of the L2 term of the weights beside the base. */
const L2 = 10

const { category, brand, both } = STATE_GROUPS
const INTENT = [...category, ...brand, ...both]

function without(lacking: readonly StateName[]): readonly StateName[] {
  return STATE_NAMES.filter((name) => !lacking.includes(name))
}

/** Features of the state that each arm has beside the base. */
const ARMS: Readonly<Record<string, readonly StateName[]>> = {
  'base + state': STATE_NAMES,
  ...Object.fromEntries(
    Object.entries(STATE_GROUPS).flatMap(([group, names]) => [
      [`without ${group}`, without(names)],
      [`${group} alone`, names],
    ]),
  ),
  'without intent': without(INTENT),
  'intent alone': INTENT,
  'both and transitions': [...both, 'transition'],
  'bothRecent alone': ['bothRecent'],
  'bothLast alone': ['bothLast'],
  'bothPopular alone': ['bothPopular'],
  'brandRecent alone': ['brandRecent'],
  'categoryRecent and brandRecent': ['categoryRecent', 'brandRecent'],
}

export const experiment: Experiment = {
  asks: 'the state of a visit: order, minutes, intent, looks and transitions beside the base',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { model, until, dayOnly } = input
    const random = createRandom(asked.seed)
    const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
    const histories = training.map(({ interactions }) => interactions)
    const byId = new Map(shop.items.map((item) => [item.id, item]))
    const items = model.itemIds.map((id) => byId.get(id) ?? { id })
    const N = items.length
    const groupings = groupingsOf(items)
    const statisticsAt = publishedFiles(input, histories)
    const transitions = new Transitions(histories, until)
    const cases = training.flatMap((shopper) => nextDifferent(shopper, dayOnly, until))

    const stateOf: StateOf = ({ history, time, targets }, statistics, known) => {
      const excluded = new Uint8Array(N)
      excluded[atHand(history)] = 1
      const { share } = popularityOf(statistics)
      const state = stateFeatures(history, time, groupings, share, known)
      return { blocks: { items: N, excluded, targets }, state }
    }
    const besideBase = (one: NextCase): Blocks => {
      const statistics = statisticsAt(one.time)
      const { blocks, state } = stateOf(one, statistics, transitions)
      const { base } = scoreTerms({ ...model, statistics }, one.history, one.time)
      return {
        ...blocks,
        blocks: [
          { width: 1, values: base },
          { width: STATE_COUNT, values: state },
        ],
      }
    }

    const tables = HALVES.map(() => new TableBuilder())
    const guess = Float64Array.of(0, ...GUESS)
    for (const [done, one] of cases.entries()) {
      if (done % 50 === 0) await step(steps, 'cases beside the base', done, cases.length)
      const own = besideBase(one)
      const rankings = [own.blocks[0].values, scoresOf(own, guess)]
      tables[one.half].add(one.shopper, own, rankings, random)
    }
    const centre = Float64Array.of(1, ...new Float64Array(STATE_COUNT))
    const fitted = tables.map((builder) => {
      const table = builder.build()
      return Object.entries(ARMS).map(([name, names]) => {
        const columns = [0, ...names.map((one) => 1 + columnOf(one))]
        return { name, weights: fitLogit(table, columns, L2, centre) }
      })
    })
    const scratch = await trainScratch(
      { items, shoppers: training, dayOnly, until },
      stateOf,
      random,
      steps,
    )
    const counting = Object.entries(countingArms(N, histories, until))
    const tuned: ({ readonly name: string } & ReturnType<typeof tuneArm>)[][] = []
    for (const half of HALVES) {
      await step(steps, 'tuning counting arms', half, HALVES.length)
      const own = cases
        .filter((one) => one.half === half)
        .map((one) => contextOf(one, statisticsAt(one.time)))
      tuned.push(counting.map(([name, arm]) => ({ name, ...tuneArm(arm, own, N) })))
    }

    // Each half is tested by the weights of the other.
    const rows = new Rows<AskedRow>()
    for (const [done, one] of cases.entries()) {
      if (done % 50 === 0) await step(steps, 'testing', done, cases.length)
      const other = 1 - one.half
      const statistics = statisticsAt(one.time)
      const own = besideBase(one)
      const { share } = popularityOf(statistics)
      const scores: Record<string, Float32Array> = {
        base: own.blocks[0].values,
        'popular-30d': share,
        'popular in category and brand': popularInIntent(own.blocks[1].values, share),
        'last-viewed': lastViewed(one, share),
      }
      for (const { name, score } of tuned[other]) {
        scores[name] = new Float32Array(N)
        score(contextOf(one, statistics), scores[name])
      }
      const alone = scratchBlocks(one, statistics, stateOf(one, statistics, transitions))
      for (const [name, weights] of Object.entries(scratch.weights[other]))
        scores[name] = scoresOf(alone, weights)
      for (const { name, weights } of fitted[other]) scores[name] = scoresOf(own, weights)
      put(rows, one, scores, own.excluded)
    }
    return answer(rows, {
      ...head(asked, shop.name, until),
      early: scratch.cases,
      halves: HALVES.map((half) => ({ weights: fitted[half][0].weights, tuned: tuned[half] })),
      notes,
    })
  },
}

/** Puts the rows of one case: of all products but the one at hand, and of products new to the shopper. */
function put(
  rows: Rows<AskedRow>,
  { shopper, depth, returns, targets, seen }: NextCase,
  scores: Readonly<Record<string, Float32Array>>,
  excluded: Uint8Array,
): void {
  rows.begin({ shopper, depth, returns })
  const known = new Uint8Array(excluded.length)
  for (const item of seen) known[item] = 1
  const fresh = targets.filter((target) => !seen.has(target))
  for (const [arm, values] of Object.entries(scores)) {
    measure(values, targets, excluded).forEach((value, m) => {
      rows.put({ arm, metric: METRICS[m] }, value)
    })
    if (fresh.length === 0) continue
    measure(values, fresh, known).forEach((value, m) => {
      rows.put({ arm, metric: `${METRICS[m]}:new` }, value)
    })
  }
}
