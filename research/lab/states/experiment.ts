/**
 * @module Experiment: is a ranker trained on histories as devices store them better there than one trained on whole
 * histories?
 */
import { NearsideError } from '@nearside/core/error.ts'
import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { isKnown } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { RECENTLY_VIEWED } from '@nearside/evaluate/baselines.ts'
import { bootstrap, lift as liftOver } from '@nearside/evaluate/bootstrap.ts'
import { parseDate } from '@nearside/evaluate/load.ts'
import { type Store, storeHistory } from '@nearside/evaluate/owner/knowledge.ts'
import { popularityOf } from '@nearside/evaluate/popularity.ts'
import { count, decimal, lift } from '@nearside/evaluate/report/numbers.ts'
import { asLift } from '@nearside/evaluate/results.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { planByTime } from '@nearside/train/plan.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from '@nearside/train/ranker/outOfFold.ts'
import { sampleCases } from '@nearside/train/ranker/sample.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { type Experiment, HOLDOUT, head } from '../experiment.ts'
import { mixed, scoresOf, trainedOn } from './rankers.ts'

/** Number of days before the limit that are tested; earlier days are for training. */
const ASKED_DAYS = 60

const ASKED: readonly Store[] = ['7', '30', 'install', 'evicted', 'beginning']

/** Number of history entries at which half of the score is the ranker's. */
const EVIDENCE = [1, 3, 10, 30] as const

const COUNTS = [0.1, 0.2, 0.4, 0.6, 0.8].flatMap((fill) =>
  [20, 180, 1000].map((halfLife) => ({ unit: 'days', looks: 'once', halfLife, fill }) as const),
)

const ARMS = ['whole', 'masked', 'short'] as const

export const experiment: Experiment = {
  asks: 'compares rankers trained on whole, masked and short histories',
  async run(asked, steps) {
    const { question, seed } = asked
    const shop = await readShop(question.shop, question.now)
    if (question.until === undefined)
      throw new NearsideError('input-invalid', 'states trains a model: give --until DATE')
    const until = parseDate(question.until)
    const { training } = planByTime(shop, until, HOLDOUT, seed, question.now).questions
    const from = until - ASKED_DAYS * DAY
    const data = { items: shop.items, shoppers: training, dayOnly: shop.dayOnly }
    const rankers = []
    for (const [k, arm] of ARMS.entries()) {
      await step(steps, 'training', k, ARMS.length)
      rankers.push(trainedOn(arm, data, from, seed))
    }
    const sample = { from, until, warmUp: 0, firstShare: 1, maxCases: Number.POSITIVE_INFINITY }
    const { cases } = sampleCases(data, sample, createRandom(seed))
    const statistics = new OutOfFoldStatistics(shop.items, training, {
      ...OUT_OF_FOLD,
      ...{ neighbourDays: ASKED_DAYS, popularityDays: 1, from, until },
    })
    cases.sort(statistics.compareCases)
    const tables = []
    for (const [done, store] of ASKED.entries()) {
      await step(steps, 'asking', done, ASKED.length)
      const found = new Map<string, number[][]>()
      for (const one of cases) {
        const { shopper, time, targets } = one
        const history = storeHistory(store, one, from)
        const known = statistics.at(shopper, time)
        const popularity = popularityOf(known)
        const quality = (scores: Float32Array) => ndcg(placesOf(scores, targets), 10)
        const raw = isKnown(history) ? computeFeatures(known, history, time, null) : null
        // Without a history: popularity, as in the base.
        const scores = rankers.map((ranker) => (raw ? scoresOf(ranker, raw) : known.popularity30))
        const values = [
          ...scores.map(quality),
          ...EVIDENCE.map((half) =>
            quality(mixed(scores[0], popularity.share, half / (half + history.length))),
          ),
          ...COUNTS.map((parameters) => {
            const out = new Float32Array(known.items)
            const context = { history, time, popularity, neighbours: known }
            RECENTLY_VIEWED.score(parameters, context, out)
            return quality(out)
          }),
        ]
        found.set(shopper, [...(found.get(shopper) ?? []), values])
      }
      tables.push({ store, columns: meansOf([...found.values()]) })
    }
    const random = createRandom(seed)
    const rows = tables.map(({ store, columns }) => {
      const [whole, masked, short] = columns
      const mix = best(columns.slice(ARMS.length, -COUNTS.length))
      const counts = best(columns.slice(-COUNTS.length))
      const pairs = [
        [masked, whole],
        [short, whole],
        [mix, whole],
        [whole, counts],
        [masked, counts],
      ]
      const lifts = bootstrap(
        pairs.map(([values, over]) => liftOver(values, over)),
        whole.length,
        random,
      ).map((found) => found && asLift(found))
      return { store, means: [counts, whole, masked, short, mix].map(mean), lifts }
    })
    return {
      result: {
        protocol: 'states',
        ...head(asked, shop.name, until),
        shoppers: tables[0].columns[0].length,
        cases: cases.length,
        arms: ARMS.map((name, k) => ({ name, 'ndcg@10': rows[2].means[k + 1] })),
        rows,
      },
      report: {
        title: `Training for what a device holds: ${shop.name}`,
        lead: [
          `${count(cases.length)} cases of ${count(tables[0].columns[0].length)} training shoppers in the ${ASKED_DAYS} days before ${question.until}, asked of rankers that were trained on what precedes them, without an encoder; statistics out of fold; NDCG@10, means over shoppers, 95 % intervals by paired bootstrap over shoppers`,
        ],
        parts: [
          {
            title: 'By what the device holds',
            table: {
              columns: [
                'the store began',
                'counts',
                'whole',
                'masked',
                'short',
                'mixed',
                'masked over whole',
                'short over whole',
                'mixed over whole',
                'whole over counts',
                'masked over counts',
              ],
              rows: rows.map(({ store, means, lifts }) => [
                store,
                ...means.map(decimal),
                ...lifts.map(lift),
              ]),
            },
          },
        ],
        notes: [
          'whole: trained on all that came before a case. masked: four of ten cases since a random moment of the last 90 days, two since the last idle week, the rest whole. short: all since a random moment of the last 60 days',
          'counts, mixed: the best on these very cases of own decayed counts, and of whole with a share of popularity that falls with the entries held, a choice in their favour',
        ],
      },
    }
  },
}

/** Mean of each shopper, by arm. */
function meansOf(shoppers: readonly (readonly (readonly number[])[])[]): Float64Array[] {
  return shoppers[0][0].map((_, arm) =>
    Float64Array.from(shoppers, (cases) => mean(cases.map((values) => values[arm]))),
  )
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

function best(columns: readonly Float64Array[]): Float64Array {
  return columns.reduce((a, b) => (mean(b) > mean(a) ? b : a))
}
