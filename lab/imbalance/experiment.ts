/** @module What do class weights, resampling and synthetic examples do for the classifiers? */
import { selectCases } from '../../src/evaluate/cases.ts'
import { liftsOver } from '../../src/evaluate/envelope.ts'
import { load } from '../../src/evaluate/load.ts'
import { decimal } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import { difference } from '../learners/experiment.ts'
import { readStreams, seedsFrom } from '../learners/streams.ts'
import { compareMethods, THRESHOLD } from './compare.ts'

export const experiment: Experiment = {
  asks: 'class weights, over- and under-sampling, SMOTE and ADASYN for the classifiers of candidates',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const selected = selectCases(input)
    const { tested, rates } = await readStreams(input, selected, steps)
    const seeds = seedsFrom(input.seed)
    const arms = await compareMethods(tested, {
      stepSize: rates.stepSize,
      seeds,
      onProgress: (done, of) => step(steps, 'learning', done, of),
    })
    const learners = [...new Set(arms.map(({ learner }) => learner))]
    const own = (learner: string) => arms.filter((arm) => arm.learner === learner)
    const result = {
      protocol: 'imbalance',
      ...head(asked, shop.name, input.until),
      shoppers: selected.length,
      cases: tested.length,
      seeds,
      arms,
      // Each learner over itself without any of this.
      lifts: learners.flatMap((learner) => liftsOver(`${learner}, none`, own(learner))),
    }
    return {
      result,
      report: {
        title: `Class imbalance: ${shop.name}`,
        lead: [
          `${selected.length} held-out shoppers, ${tested.length} cases from ${result.until} on; test, then train on batches of 20 cases`,
          `Means over ${seeds.length} seeds; 95 % intervals over shoppers, every row on the same draws; the first fifth is not judged; corrected: probabilities brought back to the share that is bought, by Bayes' rule`,
        ],
        parts: learners.map((learner) => ({
          title: `${learner}: precision, recall, F1 and accuracy at probability ${THRESHOLD}; best F1 at the threshold that the first fifth chose; Δ from none`,
          table: {
            columns: [
              'method',
              'PR-AUC',
              'log-loss',
              'ECE',
              'precision',
              'recall',
              'F1',
              'accuracy',
              'best F1',
              'Δ PR-AUC',
              'Δ log-loss',
            ],
            rows: own(learner).map(({ method, corrected, atHalf, ...arm }) => [
              corrected ? `${method}, corrected` : method,
              ...[arm.prAuc, arm.logLoss, arm.ece].map(decimal),
              ...[atHalf.precision, atHalf.recall, atHalf.f1, atHalf.accuracy, arm.bestF1].map(
                decimal,
              ),
              difference(arm.difference.prAuc),
              difference(arm.difference.logLoss),
            ]),
          },
        })),
        notes,
      },
    }
  },
}
