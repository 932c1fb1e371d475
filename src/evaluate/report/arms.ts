/** @module The sections about means: the ladder, all arms, and what each is ahead of. */

import { METRICS } from '../../train/metrics.ts'
import { ARM_MEANINGS, type ArmName, LADDER } from '../arms.ts'
import type { Lift } from '../bootstrap.ts'
import type { ArmSummary } from '../summary.ts'
import { findLift, type Report } from '../table.ts'
import { bars, chart, legend, MARGIN, mark, WIDTH } from './chart.ts'
import { figure, paragraph, type Section, table } from './page.ts'
import { bandScale, linearScale } from './scale.ts'
import { count, decimal, lift, nats, percent } from './text.ts'

/** Colours and dashes of the arms that are drawn, the same on the whole page. */
export const ARM_STYLES: Readonly<Partial<Record<ArmName, string>>> = {
  'popular-30d': 'a',
  'recently-viewed': 'b',
  'base-stale': 'c',
  'base-fresh': 'd',
  personal: 'e',
}

export function ladderSection(report: Report): Section {
  const { arms, lifts } = report
  const steps = LADDER.map(({ arm, over, source }) => ({
    arm,
    source,
    lift: findLift(lifts, arm, over, 'ndcg@10'),
  }))
  const rungs = ['popular-30d' as const, ...steps.map(({ arm }) => arm)]
  const last = steps[steps.length - 1]
  const rows = [
    ['popular-30d', decimal(qualityOf(arms, 'popular-30d')), '', 'no personalization'],
    ...steps.map(({ arm, lift: step, source }) => [
      arm,
      decimal(qualityOf(arms, arm)),
      lift(step),
      source,
    ]),
  ]
  const summary = rungs.map((arm) => `${arm} ${decimal(qualityOf(arms, arm))}`).join(', ')
  return {
    id: 'ladder',
    title: 'Where it comes from',
    content: [
      paragraph(
        `Each step adds one thing to the step above it. The last one, what the device learns from the shopper beyond reading their history, changes NDCG@10 by ${lift(last.lift)}: ${verdict(last.lift)}.`,
      ),
      figure(
        'NDCG@10, repeats allowed',
        bars(
          `Bars of NDCG@10: ${summary}`,
          rungs.map((arm) => ({
            name: arm,
            value: qualityOf(arms, arm),
            text: decimal(qualityOf(arms, arm)),
            style: ARM_STYLES[arm] ?? 'a',
          })),
        ),
        {
          caption: 'The ladder',
          columns: ['step', 'NDCG@10', 'over the step above', 'what it adds'],
          rows,
          strong: [rows.length - 1],
          prose: true,
        },
      ),
    ],
  }
}

export function armsSection(report: Report): Section {
  const { arms, lifts, cases, casesWithNew } = report
  const others = ['recently-viewed', 'item-knn', 'base-fresh'] as const
  const against = others.map((over) => ({
    over,
    lift: findLift(lifts, 'personal', over, 'ndcg@10'),
  }))
  const personal = arms.findIndex(({ name }) => name === 'personal')
  const metrics = (suffix: '' | ':new') =>
    arms.map((arm) => [
      arm.name,
      ...METRICS.map((name) => {
        const value = suffix === '' ? arm[name] : arm[`${name}:new`]
        return name === 'nll' ? nats(value) : decimal(value)
      }),
      ...(suffix === '' ? [ARM_MEANINGS[arm.name]] : []),
    ])
  const further = lifts.filter(
    ({ metric, arm }) => metric === 'ndcg@10' && (arm === 'base-fresh' || arm === 'personal'),
  )
  const overs = [...new Set(further.map(({ over }) => over))].filter(
    (over) => over !== 'base-stale' && over !== 'base-fresh',
  )
  return {
    id: 'arms',
    title: 'All arms',
    content: [
      paragraph(
        'Larger is better, except for nll, the mean negative log-likelihood of what was wanted, in nats.',
      ),
      table({
        caption: 'Repeats allowed',
        columns: ['arm', ...METRICS, 'what it is'],
        rows: metrics(''),
        strong: [personal],
        prose: true,
      }),
      table({
        caption: `Repeats filtered: only items new to the shopper are ranked and wanted (${count(casesWithNew)} of ${count(cases)} cases)`,
        columns: ['arm', ...METRICS],
        rows: metrics(':new'),
        strong: [personal],
      }),
      figure(
        'What ships against what could be had for nothing (NDCG@10, 95 % interval)',
        forest(against),
        {
          caption: 'Relative difference of NDCG@10, repeats allowed',
          columns: ['over', 'base-fresh', 'personal'],
          rows: overs.map((over) => [
            over,
            lift(findLift(lifts, 'base-fresh', over, 'ndcg@10')),
            lift(findLift(lifts, 'personal', over, 'ndcg@10')),
          ]),
        },
      ),
    ],
  }
}

function forest(rows: readonly { over: string; lift: Lift | undefined }[]): string {
  const known = rows.flatMap(({ over, lift: one }) => (one ? [{ over, one }] : []))
  const height = 60 + 44 * known.length
  const y = linearScale(
    [0, ...known.flatMap(({ one }) => [one.lo, one.hi])],
    [height - MARGIN.bottom, MARGIN.top],
  )
  const x = bandScale(known.length, [MARGIN.left, WIDTH - MARGIN.right])
  return chart(
    {
      alternative: `Relative difference of NDCG@10 of personal: ${known.map(({ over, one }) => `over ${over} ${lift(one)}`).join('; ')}`,
      x,
      y,
      formatX: (k) => known[k].over,
      formatY: (tick) => percent(tick, 0),
      labelX: 'personal over …',
      height,
    },
    known.map(({ over, one }, k) =>
      mark(
        { x: k, y: one.relative, lo: one.lo, hi: one.hi, label: lift(one) },
        `personal over ${over}`,
        'e',
        x,
        y,
      ),
    ),
  )
}

/** Lines, names and styles of arms for `legend` and `lines`. */
export function armKeys(arms: readonly ArmName[]): string {
  return legend(arms.map((name) => ({ name, style: ARM_STYLES[name] ?? 'a' })))
}

export function verdict(one: Lift | undefined): string {
  if (!one) return 'it has no meaning here'
  if (one.lo > 0) return 'a gain beyond chance'
  if (one.hi < 0) return 'a loss beyond chance'
  return 'chance alone could have given it'
}

function qualityOf(arms: readonly ArmSummary[], name: ArmName): number {
  return arms.find((arm) => arm.name === name)?.['ndcg@10'] ?? 0
}
