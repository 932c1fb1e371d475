/** @module The comparison of incremental learners as one HTML page: the same numbers as `--json`. */

import type { Rates } from '../prequential/arms.ts'
import { type Arm, type Comparison, REFERENCE } from '../prequential/compare.ts'
import { STRETCH } from '../prequential/judge.ts'
import { chart, HEIGHT, legend, lines, MARGIN, mark, type Series, WIDTH } from './chart.ts'
import { figure, page, paragraph, type Section, table } from './page.ts'
import { bandScale, linearScale } from './scale.ts'
import { count, decimal, difference, share } from './text.ts'

export interface LearnersReport extends Comparison {
  readonly shop: string
  readonly until: string
  readonly shoppers: number
  readonly cases: number
  readonly examples: number
  readonly positives: number
  readonly seeds: readonly number[]
  readonly rates: Rates & { readonly cases: number }
}

/** Colours and dashes on this page. */
const STYLES: Readonly<Record<string, string>> = {
  base: 'a',
  [REFERENCE]: 'a',
  tree: 'b',
  mlp: 'c',
  gradient: 'd',
  combination: 'e',
}

/** @param result what `--json` writes; the page carries it. */
export function formatLearnersHtml(
  report: LearnersReport,
  notes: readonly string[],
  result: unknown,
): string {
  const { shop, until, shoppers, cases, examples, positives, seeds, rates } = report
  const lead = [
    `Was the candidate bought? ${count(shoppers)} held-out shoppers, ${count(cases)} cases from ${until} on as one stream in time order, ${count(examples)} candidates, ${(100 * positives).toFixed(1)} % bought; test, then train.`,
    `Means over ${seeds.length} seeds of the network; intervals are 95 %, by bootstrap over shoppers. Rates were chosen on ${count(rates.cases)} cases of training shoppers before ${until}.`,
  ]
  const sections = [
    armsSection(report.arms),
    courseSection(report),
    fusionSection(report),
    calibrationSection(report.arms),
    {
      id: 'notes',
      title: 'Notes',
      content: [
        ...notes.map((note) => paragraph(`Note: ${note}.`)),
        paragraph(
          'The numbers of this page stand in it as JSON, in the element with the id “result”.',
        ),
      ],
    },
  ]
  return page(`Incremental learners: ${shop}`, lead, sections, result)
}

function armsSection(arms: readonly Arm[]): Section {
  const compared = arms.filter(({ name }) => name !== REFERENCE)
  const y = linearScale(
    [0, ...compared.flatMap(({ difference: { logLoss } }) => [logLoss.lo, logLoss.hi])],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  )
  const x = bandScale(compared.length, [MARGIN.left, WIDTH - MARGIN.right])
  const said = compared.map(({ name, difference: { logLoss } }) => `${name} ${difference(logLoss)}`)
  const plot = chart(
    {
      alternative: `Log-loss less that of ${REFERENCE}: ${said.join('; ')}`,
      x,
      y,
      formatX: (k) => compared[k].name,
      formatY: (tick) => tick.toFixed(2).replace('-', '−'),
      labelX: `log-loss less that of ${REFERENCE}: lower is better`,
    },
    compared.map(({ name, difference: { logLoss } }, k) =>
      mark(
        {
          x: k,
          y: logLoss.difference,
          lo: logLoss.lo,
          hi: logLoss.hi,
          label: difference(logLoss),
        },
        name,
        STYLES[name] ?? 'a',
        x,
        y,
      ),
    ),
  )
  return {
    id: 'arms',
    title: 'How good they are',
    content: [
      table({
        caption: 'As classifiers; the threshold is the best by F1 on the first fifth',
        columns: ['arm', 'PR-AUC', 'log-loss', 'ECE', 'F1', 'precision', 'recall', 'accuracy'],
        rows: arms.map((arm) => [
          arm.name,
          ...[arm.prAuc, arm.logLoss, arm.ece, arm.f1, arm.precision, arm.recall, arm.accuracy].map(
            decimal,
          ),
        ]),
      }),
      table({
        caption: 'As rankings of the same candidates, the rest of the catalogue behind them',
        columns: ['arm', 'NDCG@10', 'hitRate@10', 'recall@20', 'MRR@20', `Δ NDCG@10`],
        rows: arms.map((arm) => [
          arm.name,
          ...[arm['ndcg@10'], arm['hitRate@10'], arm['recall@20'], arm['mrr@20']].map(decimal),
          difference(arm.difference['ndcg@10']),
        ]),
      }),
      figure(`Against ${REFERENCE}, the base once its probabilities are calibrated`, plot, {
        caption: 'Differences and their 95 % intervals',
        columns: ['arm', 'Δ PR-AUC', 'Δ log-loss', 'Δ ECE'],
        rows: compared.map(({ name, difference: by }) => [
          name,
          difference(by.prAuc),
          difference(by.logLoss),
          difference(by.ece),
        ]),
      }),
    ],
  }
}

function courseSection({ arms, weights }: LearnersReport): Section {
  const members = Object.keys(weights[0]?.weights ?? {})
  const mixture = members.map(
    (name): Series => ({
      name,
      style: STYLES[name] ?? 'a',
      points: weights.map((then) => ({
        x: then.cases,
        y: then.weights[name],
        label: `after ${count(then.cases)} cases ${then.weights[name].toFixed(2)}`,
      })),
    }),
  )
  const losses = arms
    .filter(({ name }) => name !== REFERENCE)
    .map(
      ({ name, losses: own }): Series => ({
        name,
        style: STYLES[name] ?? 'a',
        points: own.map((loss, k) => ({
          x: (k + 1) * STRETCH,
          y: loss,
          label: `until case ${count((k + 1) * STRETCH)} ${decimal(loss)}`,
        })),
      }),
    )
  return {
    id: 'course',
    title: 'As cases come',
    content: [
      figure(
        'Weights in the combination, by log-loss before learning',
        overCases(mixture, 'Weights in the combination', [0, 1]),
        {
          caption: 'Weights after so many cases',
          columns: ['cases', ...members],
          rows: weights.map((then) => [
            count(then.cases),
            ...members.map((name) => then.weights[name].toFixed(2)),
          ]),
        },
      ),
      figure(
        `Log-loss of each ${STRETCH} cases (lower is better)`,
        overCases(losses, 'Log-loss', []),
        {
          caption: 'Log-loss of the stretch that ends here',
          columns: ['cases', ...losses.map(({ name }) => name)],
          rows: (losses[0]?.points ?? []).map(({ x }, k) => [
            count(x),
            ...losses.map(({ points }) => decimal(points[k].y)),
          ]),
        },
      ),
    ],
  }
}

function overCases(series: readonly Series[], name: string, least: readonly number[]): string {
  const points = series.flatMap((one) => one.points)
  if (points.length === 0) return ''
  const x = linearScale([0, ...points.map((point) => point.x)], [MARGIN.left, WIDTH - MARGIN.right])
  const y = linearScale(
    [...least, ...points.map((point) => point.y)],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  )
  const said = series.map(
    (one) => `${one.name} ${one.points[0].label}, ${one.points[one.points.length - 1].label}`,
  )
  return (
    legend(series) +
    chart(
      {
        alternative: `${name} over cases; ${said.join('; ')}`,
        x,
        y,
        formatX: count,
        formatY: (tick) => tick.toFixed(2),
        labelX: 'cases so far',
      },
      lines(series, x, y),
    )
  )
}

function fusionSection({ fusion }: LearnersReport): Section {
  const steps = [...new Set(fusion.map(({ stepSize }) => stepSize))]
  const weights = [...new Set(fusion.map(({ fusionWeight }) => fusionWeight))]
  const series = steps.map(
    (step, k): Series => ({
      name: `α ${step}`,
      style: ['b', 'd', 'c'][k % 3],
      points: fusion
        .filter(({ stepSize }) => stepSize === step)
        .flatMap(({ fusionWeight, logLoss }) =>
          fusionWeight === 'adaptive'
            ? []
            : [{ x: fusionWeight, y: logLoss, label: `λ ${fusionWeight}: ${decimal(logLoss)}` }],
        ),
    }),
  )
  const adaptive = fusion.filter(({ fusionWeight }) => fusionWeight === 'adaptive')
  const x = linearScale([0, 1], [MARGIN.left, WIDTH - MARGIN.right])
  const y = linearScale(
    fusion.map(({ logLoss }) => logLoss),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  )
  const level = (logLoss: number, k: number) =>
    `<line class="line ${series[k].style} level" x1="${x(0)}" x2="${x(1)}" y1="${y(logLoss)}" y2="${y(logLoss)}"><title>${series[k].name}, adaptive: ${decimal(logLoss)}</title></line>`
  const plot =
    legend(series) +
    chart(
      {
        alternative: `Log-loss against λ; ${series.map(({ name, points }) => `${name}: ${points.map(({ label }) => label).join(', ')}`).join('; ')}; adaptive: ${adaptive.map(({ stepSize, logLoss }) => `from α ${stepSize} ${decimal(logLoss)}`).join(', ')}`,
        x,
        y,
        formatX: (tick) => tick.toFixed(1),
        formatY: (tick) => tick.toFixed(2),
        labelX: 'λ, fixed; thin lines: adaptive, from the same α',
      },
      [...adaptive.map(({ logLoss }, k) => level(logLoss, k)), ...lines(series, x, y)],
    )
  const cells =
    (read: (point: (typeof fusion)[number]) => number) => (weight: (typeof weights)[number]) =>
      fusion
        .filter(({ fusionWeight }) => fusionWeight === weight)
        .map((point) => decimal(read(point)))
  const loss = cells(({ logLoss }) => logLoss)
  const quality = cells((point) => point['ndcg@10'])
  return {
    id: 'fusion',
    title: 'How much of each step to keep: λ and α, fixed or adapted',
    content: [
      paragraph(
        'θ = λ·θ_new + (1 − λ)·θ_prev after each case. λ = 0 learns nothing. The adaptive learner starts from the same α and λ = 0.5 and follows the next events.',
      ),
      figure('Log-loss against λ (lower is better)', plot, {
        caption: 'Log-loss, then NDCG@10, for each α',
        columns: ['λ', ...steps.map((step) => `α ${step}`), ...steps.map((step) => `α ${step}`)],
        rows: weights.map((weight) => [String(weight), ...loss(weight), ...quality(weight)]),
      }),
    ],
  }
}

function calibrationSection(arms: readonly Arm[]): Section {
  const series = arms
    .filter(({ name }) => name !== REFERENCE)
    .map(
      ({ name, bins }): Series => ({
        name,
        style: STYLES[name] ?? 'a',
        points: bins.map(({ said, came }) => ({
          x: said,
          y: came,
          label: `said ${share(said)}, came ${share(came)}`,
        })),
      }),
    )
  const places = [0, ...series.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y]))]
  const x = linearScale(places, [MARGIN.left, WIDTH - MARGIN.right])
  const y = linearScale(places, [HEIGHT - MARGIN.bottom, MARGIN.top])
  const most = Math.min(x.ticks[x.ticks.length - 1], y.ticks[y.ticks.length - 1])
  const spoken = series.map(
    ({ name, points }) => `${name}: ${points.map(({ label }) => label).join(', ')}`,
  )
  return {
    id: 'calibration',
    title: 'Calibration',
    content: [
      paragraph(
        'Candidates in ten groups of equally many by probability. On the dotted line, what was said came.',
      ),
      figure(
        'Probability and share that was bought',
        legend(series) +
          chart(
            {
              alternative: `Probability against share bought; ${spoken.join('; ')}`,
              x,
              y,
              formatX: (tick) => tick.toFixed(1),
              formatY: (tick) => tick.toFixed(1),
              labelX: 'mean probability of the group',
            },
            [
              `<line class="diagonal" x1="${x(0)}" y1="${y(0)}" x2="${x(most)}" y2="${y(most)}"/>`,
              ...lines(series, x, y),
            ],
          ),
        {
          caption: 'Said and came, by tenth, from the most probable down',
          columns: ['tenth', ...series.map(({ name }) => name)],
          rows: (series[0]?.points ?? []).map((_, k) => [
            String(k + 1),
            ...series.map(({ points }) => `${points[k].x.toFixed(3)} / ${points[k].y.toFixed(3)}`),
          ]),
        },
      ),
    ],
  }
}
