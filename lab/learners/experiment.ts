/** @module Do incremental learners beat the base model, on the held-out shoppers' stream? */
import { selectCases } from '../../src/evaluate/cases.ts'
import { liftsOver } from '../../src/evaluate/envelope.ts'
import { load } from '../../src/evaluate/load.ts'
import { change, decimal, fixed } from '../../src/evaluate/report/numbers.ts'
import type { Part } from '../../src/evaluate/report/report.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import { type Comparison, compareLearners, REFERENCE } from './compare.ts'
import type { Difference } from './intervals.ts'
import { readStreams, seedsFrom } from './streams.ts'

export const experiment: Experiment = {
  asks: 'was the candidate bought: gradient descent, network, tree and their combination against the base',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const selected = selectCases(input)
    const { tested: stream, rates } = await readStreams(input, selected, steps)
    const seeds = seedsFrom(input.seed)
    const comparison = await compareLearners(stream, {
      rates,
      seeds,
      clock: () => performance.now(),
      onProgress: (done, of) => step(steps, 'learning', done, of),
    })
    const labels = stream.flatMap(({ examples }) => examples.map(({ label }) => Number(label)))
    const positives = labels.reduce((sum, label) => sum + label, 0) / labels.length
    const result = {
      protocol: 'learners',
      ...head(asked, shop.name, input.until),
      shoppers: selected.length,
      cases: stream.length,
      examples: labels.length,
      positives,
      seeds,
      rates,
      ...comparison,
      lifts: liftsOver(REFERENCE, comparison.arms),
    }
    return {
      result,
      report: {
        title: `Incremental learners: ${shop.name}`,
        lead: [
          `${selected.length} held-out shoppers, ${stream.length} cases from ${result.until} on, in time order; test, then train; ${labels.length} candidates, ${fixed(100 * positives, 1)} % bought`,
          `Means over ${seeds.length} seeds of the network; 95 % intervals over shoppers, every arm on the same draws; the first fifth chooses the threshold and is not judged`,
          `Rates chosen by log-loss on ${rates.cases} cases of training shoppers before ${result.until}: α ${rates.stepSize}, rescaling ${rates.rescaling}, combination η ${rates.combination}`,
        ],
        parts: partsOf(comparison),
        notes,
      },
    }
  },
}

function partsOf({ arms, weights, fusion, strategies, change: turned }: Comparison): Part[] {
  const stepSizes = [...new Set(fusion.map(({ stepSize }) => stepSize))]
  return [
    {
      title: `Was the candidate bought? Differences from ${REFERENCE}`,
      table: {
        columns: [
          'arm',
          'PR-AUC',
          'log-loss',
          'ECE',
          'F1',
          'precision',
          'recall',
          'NDCG@10',
          'Δ log-loss',
          'Δ NDCG@10',
        ],
        rows: arms.map((arm) => [
          arm.name,
          ...[
            arm.prAuc,
            arm.logLoss,
            arm.ece,
            arm.f1,
            arm.precision,
            arm.recall,
            arm['ndcg@10'],
          ].map(decimal),
          difference(arm.difference.logLoss),
          difference(arm.difference['ndcg@10']),
        ]),
      },
    },
    {
      title: 'Weights in the combination as cases come',
      table: {
        columns: ['cases', ...Object.keys(weights[0].weights)],
        rows: weights.map((then) => [
          String(then.cases),
          ...Object.values(then.weights).map((weight) => fixed(weight, 2)),
        ]),
      },
    },
    {
      title: 'Log-loss by λ and α, both fixed; adaptive: both follow, from this α and λ = .5',
      table: {
        columns: ['λ', ...stepSizes.map((size) => `α ${size}`)],
        rows: [...new Set(fusion.map(({ fusionWeight }) => fusionWeight))].map((fusionWeight) => [
          String(fusionWeight),
          ...fusion
            .filter((point) => point.fusionWeight === fusionWeight)
            .map((point) => decimal(point.logLoss)),
        ]),
      },
    },
    {
      title: 'When to learn (swing: deviation of log-loss between stretches of 50 cases)',
      table: {
        columns: ['strategy', 'learner', 'PR-AUC', 'log-loss', 'swing', 'updates', 'ms/case'],
        rows: strategies.map((one) => [
          one.strategy,
          one.learner,
          ...[one.prAuc, one.logLoss, one.swing].map(decimal),
          String(one.updates),
          fixed(one.millisecondsPerCase, 2),
        ]),
      },
    },
    {
      title: `Interest turned round at case ${turned.at}: AUC within a case, and cases until nine tenths are regained or a detector raises its alarm (+ alarms before)`,
      table: {
        columns: [
          'arm',
          'before',
          'after',
          'at the end',
          'followed',
          'ADWIN',
          'Page–Hinkley',
          'DDM',
        ],
        rows: turned.arms.map(
          ({ name, before, after, end, followedAfter, noticedAfter, falseAlarms }) => [
            name,
            ...[before, after, end].map(decimal),
            String(followedAfter ?? 'never'),
            ...(['adwin', 'page-hinkley', 'ddm'] as const).map(
              (detector) =>
                `${noticedAfter[detector] ?? 'never'}${falseAlarms[detector] > 0 ? ` (+${falseAlarms[detector]})` : ''}`,
            ),
          ],
        ),
      },
    },
  ]
}

export function difference({ difference: mean, lo, hi }: Difference): string {
  return `${change(mean)} [${change(lo)}, ${change(hi)}]`
}
