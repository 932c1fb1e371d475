/** @module The report as text for a terminal: the ladder first, then all arms, then who it hurts. */

import { METRICS } from '../train/metrics.ts'
import { ARM_MEANINGS, type ArmName, LADDER } from './arms.ts'
import type { Lift } from './bootstrap.ts'
import type { ArmSummary, LiftSummary, Summary } from './summary.ts'

export interface Report extends Summary {
  readonly protocol: string
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly items: number
  readonly popularity: string
  readonly folds?: number
}

export function formatReport(report: Report): string[] {
  return [
    ...headingLines(report),
    '',
    ...ladder(report),
    '',
    ...allArms(report),
    '',
    ...buckets(report),
    '',
    ...harm(report),
    '',
    ...against(report),
  ]
}

export function headingLines(report: Report): string[] {
  const { shop, until, shoppers, cases, items, protocol, popularity, meanOver, folds } = report
  const which =
    protocol === 'personal' ? `from ${until} on` : "each shopper's last case (leave-one-out)"
  // In a log without times everybody teaches, and is asked for what training left out.
  const unseen = folds
    ? `shoppers, each asked of the one of ${folds} models that never saw them`
    : 'shoppers the model never saw'
  const who = protocol === 'personal' ? unseen : 'shoppers'
  return [
    `${shop}, ${which}: ${count(cases)} cases of ${count(shoppers)} ${who}, all ${count(items)} items ranked`,
    `means over ${meanOver}; 95 % intervals by paired bootstrap over shoppers; popularity ${popularity === 'nightly' ? "as of each case's day" : `as of ${until}`}`,
  ]
}

function ladder({ arms, lifts, nightly, cases }: Report): string[] {
  const rows = [
    `  ${'popular-30d'.padEnd(14)} ${decimal(ndcgOf(arms, 'popular-30d'))}`,
    ...LADDER.map(({ arm, over, source }) => {
      const lift = findLift(lifts, arm, over, 'ndcg@10')
      return `  ${arm.padEnd(14)} ${decimal(ndcgOf(arms, arm))}  ${formatLift(lift).padEnd(26)} ${source}`
    }),
  ]
  return [
    'Where it comes from: NDCG@10, repeats allowed, each step over the line above',
    ...rows,
    `  A server that learns at night, with the same model, reaches ${decimal(nightly['ndcg@10'])}: it lacks something in ${count(nightly.lacking)} of ${count(cases)} cases; base-fresh over it ${formatLift(nightly.lift)}`,
  ]
}

function allArms({ arms, casesWithNew, cases }: Report): string[] {
  const header = METRICS.map((name) => name.padStart(11)).join('')
  const table = (suffix: string) =>
    arms.map((arm) => {
      const cells = METRICS.map((name) => {
        const value = (arm as unknown as Record<string, number>)[`${name}${suffix}`]
        return (name === 'nll' ? value.toFixed(3) : decimal(value)).padStart(11)
      })
      return `  ${arm.name.padEnd(16)}${cells.join('')}   ${suffix === '' ? ARM_MEANINGS[arm.name] : ''}`.trimEnd()
    })
  return [
    `${'Repeats allowed'.padEnd(18)}${header}`,
    ...table(''),
    '',
    `Repeats filtered: only items new to the shopper are ranked and wanted (${count(casesWithNew)} of ${count(cases)} cases)`,
    `${''.padEnd(18)}${header}`,
    ...table(':new'),
  ]
}

const BUCKET_ARMS = [
  'popular-30d',
  'recently-viewed',
  'base-stale',
  'base-fresh',
  'personal',
] as const satisfies readonly ArmName[]

function buckets({ buckets, lifts }: Report): string[] {
  const rows = buckets.map(({ bucket, cases, shoppers, means }) => {
    const cells = BUCKET_ARMS.map((arm) =>
      (means[arm] === undefined ? '–' : decimal(means[arm])).padStart(arm.length + 2),
    )
    const metric = `ndcg@10@history=${bucket.label}`
    const lift = cases > 0 ? formatLift(findLift(lifts, 'personal', 'base-fresh', metric)) : '–'
    return `  ${bucket.label.padEnd(10)}${count(cases).padStart(7)}${count(shoppers).padStart(10)}${cells.join('')}   ${lift}`
  })
  return [
    'By length of the history (entries before the case), NDCG@10',
    `  ${'history'.padEnd(10)}${'cases'.padStart(7)}${'shoppers'.padStart(10)}${BUCKET_ARMS.map((arm) => `  ${arm}`).join('')}   personal over base-fresh`,
    ...rows,
  ]
}

function harm(report: Report): string[] {
  const { worse, worseByLikelihood, worstTenth, deciles, guardTripped, shoppers } = report
  const line = (name: string, { significant, share, testable, better, expectedByChance }: Worse) =>
    `  by ${name}: ${significant} significantly worse (${(share * 100).toFixed(1)} % of ${count(shoppers)}), ${better} better; ${testable} have enough differing cases, chance alone would give up to ${expectedByChance.toFixed(1)} of each`
  return [
    'Shopper by shopper, personal against base-fresh (one-sided sign-flip test on own cases, 5 %)',
    line('NDCG@10', worse),
    line('likelihood', worseByLikelihood),
    `  change of NDCG@10 by tenths of shoppers: ${deciles.map(change).join(' ')}`,
    `  worst tenth of shoppers: NDCG@10 changes by ${change(worstTenth)} on average; the guard switched personal off for ${count(guardTripped)}`,
  ]
}

function change(value: number): string {
  const text = Math.abs(value).toFixed(4)
  if (text === '0.0000') return '0'
  return `${value < 0 ? '−' : '+'}${text.replace(/^0/, '')}`
}

/** What a shop would get for nothing is the bar, not popularity. */
function against({ lifts }: Report): string[] {
  const rows = (['recently-viewed', 'item-knn', 'ewma', 'naive-finetune'] as const).map((over) => {
    const cells = (['base-fresh', 'personal'] as const).map((arm) =>
      formatLift(findLift(lifts, arm, over, 'ndcg@10')).padEnd(28),
    )
    return `  ${over.padEnd(18)}${cells.join('')}`.trimEnd()
  })
  return [
    'Against each cheap arm, NDCG@10, repeats allowed',
    `  ${'over'.padEnd(18)}${'base-fresh'.padEnd(28)}personal`,
    ...rows,
  ]
}

type Worse = Summary['worse']

function ndcgOf(arms: readonly ArmSummary[], name: ArmName): number {
  return arms.find((arm) => arm.name === name)?.['ndcg@10'] ?? 0
}

export function findLift(
  lifts: readonly LiftSummary[],
  arm: ArmName,
  over: ArmName,
  metric: string,
): LiftSummary | undefined {
  return lifts.find((lift) => lift.arm === arm && lift.over === over && lift.metric === metric)
}

/** `+2.3 % [+1.5, +3.2]`; a dash where the arm compared against is at 0. */
export function formatLift(lift: Lift | undefined): string {
  if (!lift) return '–'
  return `${percent(lift.relative)} % [${percent(lift.lo)}, ${percent(lift.hi)}]`
}

function percent(share: number): string {
  const text = Math.abs(share * 100).toFixed(1)
  if (text === '0.0') return '0.0'
  return `${share < 0 ? '−' : '+'}${text}`
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}
