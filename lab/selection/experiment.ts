/** @module Are fewer features, or principal components, worth as much as all? */

import { NearsideError } from '../../src/core/error.ts'
import { contextCandidates } from '../../src/core/features/context/contextFeatures.ts'
import { FEATURES } from '../../src/core/features/features.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { parseDate } from '../../src/evaluate/load.ts'
import { change, count, decimal } from '../../src/evaluate/report/numbers.ts'
import { planByTime } from '../../src/train/plan.ts'
import { spreadOf } from '../../src/train/ranker/select.ts'
import { DEFAULT_RANKER } from '../../src/train/ranker/trainRanker.ts'
import { lassoPath } from '../../src/train/selection/lasso.ts'
import { judgeFeatures, STRENGTHS } from '../../src/train/selection/select.ts'
import { contextKindsOf, contextOf } from '../../src/train/shop/context.ts'
import { readShop } from '../../src/train/shop/read.ts'
import { describeLeftOut } from '../../src/train/shop/wrongLines.ts'
import { type Experiment, HOLDOUT, head } from '../experiment.ts'
import { sampleJudgedCases } from './cases.ts'
import { judgeSelections } from './judge.ts'

const MAX_CASES = 1000

export const experiment: Experiment = {
  asks: 'all features, those that carry something, those that an L1 term leaves, principal components',
  async run(asked) {
    const { question, seed } = asked
    const shop = await readShop(question.shop, question.now)
    const limit = question.until === undefined ? null : parseDate(question.until)
    const { questions, questionsFrom: from } = planByTime(shop, limit, HOLDOUT, seed, question.now)
    const kinds = contextKindsOf(shop)
    const { items, dayOnly } = shop
    const sample = sampleJudgedCases(
      {
        items,
        dayOnly,
        shoppers: questions.training,
        context: { kinds, contexts: contextOf(shop) },
      },
      { from, until: questions.until, maxCases: MAX_CASES },
      createRandom(seed + 2),
    )
    if (!sample)
      throw new NearsideError('input-invalid', 'too few shoppers have come back to judge anything')
    const { fitted, heldOut } = sample
    const names = [...FEATURES, ...contextCandidates(kinds)].map(({ name }) => name)
    const { features } = judgeFeatures(names, fitted, seed + 3)
    const idle = new Set(features.flatMap(({ carries }, f) => (carries === 'something' ? [] : [f])))
    const { scale } = spreadOf(fitted)
    const path = lassoPath(fitted, scale, STRENGTHS)
    const { outcomes, variance } = judgeSelections(
      fitted,
      heldOut,
      scale,
      path,
      idle,
      DEFAULT_RANKER.l2,
    )
    return {
      result: {
        protocol: 'selection',
        ...head(asked, shop.name, questions.until),
        shoppers: questions.training.length,
        cases: heldOut.start.length - 1,
        arms: outcomes.map(({ method: name, ...rest }) => ({ name, ...rest })),
        lifts: [],
        variance,
      },
      report: {
        title: `Selection of features: ${shop.name}`,
        lead: [
          `${count(fitted.start.length - 1)} cases fitted, ${count(heldOut.start.length - 1)} later ones asked; difference to all features ± standard error over cases`,
        ],
        parts: [
          {
            title: 'Descriptions',
            table: {
              columns: ['description', 'weights', 'loss, nats', 'NDCG@10', 'difference'],
              rows: outcomes.map((one) => [
                one.method,
                String(one.features),
                one.loss.toFixed(3),
                decimal(one['ndcg@10']),
                `${change(one.difference)} ± ${decimal(one.error)}`,
              ]),
            },
          },
        ],
        notes: describeLeftOut(shop.leftOut),
      },
    }
  },
}
