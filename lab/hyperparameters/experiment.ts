/** @module Are there better settings of the ranker? A search over rolling origins. */
import { parseDate } from '../../src/evaluate/load.ts'
import { change, decimal } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { planByTime } from '../../src/train/plan.ts'
import { readShop } from '../../src/train/shop/read.ts'
import { describeLeftOut } from '../../src/train/shop/wrongLines.ts'
import { type Experiment, HOLDOUT, head } from '../experiment.ts'
import { RANKER_SPACE, type SearchReport, searchRanker } from './rankerSearch.ts'

export const experiment: Experiment = {
  asks: "better settings of the ranker, by grid or Gaussian process, on the model's training shoppers",
  async run(asked, steps) {
    const { question, seed, options } = asked
    const shop = await readShop(question.shop, question.now)
    const limit = question.until === undefined ? null : parseDate(question.until)
    const { questions } = planByTime(shop, limit, HOLDOUT, seed, question.now)
    const found = await searchRanker(
      { items: shop.items, shoppers: questions.training, dayOnly: shop.dayOnly },
      {
        method: options.method ?? 'bayes',
        trials: options.trials ?? 20,
        until: questions.until,
        seed,
        onProgress: (label, done, total) => step(steps, label, done, total),
      },
    )
    return {
      result: {
        protocol: 'hyperparameters',
        ...head(asked, shop.name, questions.until),
        ...found,
      },
      report: {
        title: `Settings of the ranker: ${shop.name}`,
        lead: [
          `${found.method === 'grid' ? 'Grid' : 'Bayesian'} search, ${found.trials.length} trials; fitted before each date, asked about the time until the next; NDCG@10, differences are means over shoppers ± standard error`,
        ],
        parts: [{ title: 'Trials, best first', table: trialTable(found), text: outcome(found) }],
        notes: describeLeftOut(shop.leftOut),
      },
    }
  },
}

function trialTable({ trials, origins }: SearchReport) {
  const names = RANKER_SPACE.map(({ name }) => name)
  return {
    columns: [...names, ...origins.slice(0, -1).map(({ at }) => at), 'difference'],
    rows: [...trials]
      .sort((a, b) => b.difference - a.difference)
      .map((trial) => [
        ...names.map((name) => String(trial.parameters[name])),
        ...trial['ndcg@10'].map(decimal),
        trial === trials[0] ? 'in use' : `${change(trial.difference)} ± ${decimal(trial.error)}`,
      ]),
  }
}

function outcome({ origins, best, confirmation, confirmed, reason }: SearchReport): string[] {
  const settings = Object.entries(best).map(([name, value]) => `${name} ${value}`)
  const difference = `${change(confirmation.difference)} ± ${decimal(confirmation.error)}`
  return [
    `best: ${settings.join(', ')}`,
    `from ${origins[origins.length - 1].at} on, which the search never saw: ${difference} over what is in use`,
    `${confirmed ? 'confirmed' : 'not confirmed'}: ${reason}`,
  ]
}
