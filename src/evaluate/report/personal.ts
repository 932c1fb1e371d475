/** @module Tables of `personal` and `leave-one-out`: sources of the lift, metrics of all arms, harmed shoppers. */
import { METRICS } from '@nearside/train/metrics.ts'
import type { Suffix } from '@nearside/train/questions.ts'
import { ARM_MEANINGS, type ArmName, LADDER, OPPONENTS } from '../arms.ts'
import { LEAST_SHOPPERS } from '../cases.ts'
import { findLift } from '../results.ts'
import type { ShopperChange, Summary } from '../summary.ts'
import { armsTable } from './armsTable.ts'
import { count, decimal, fixed, lift, worseShoppers } from './numbers.ts'
import { type Part, tableOf } from './report.ts'

/** Target of the main metrics. In a log without visits, repeated products are targets, too. */
export function questionOf({ showsVisits }: Pick<Summary, 'showsVisits'>): string {
  return showsVisits ? 'the next different product' : 'whatever was turned to, repeats allowed'
}

export function personalParts(summary: Summary): Part[] {
  return [
    ladder(summary),
    arms(
      summary,
      '',
      summary.showsVisits
        ? 'Next different product: all items but the one at hand are ranked and wanted'
        : 'Repeats allowed: all items are ranked, and all targets wanted',
    ),
    ...part(summary, ':repeat', 'Again: only items that the shopper has had are ranked and wanted'),
    ...part(
      summary,
      ':new',
      'Repeats filtered: only items new to the shopper are ranked and wanted',
    ),
    ...(summary.showsVisits && summary.visit.length > 0 ? [byPlace(summary.visit)] : []),
    ...(summary.change ? [shoppers(summary.change)] : []),
    against(summary),
  ]
}

function ladder(summary: Summary): Part {
  const { arms, lifts } = summary
  const metric = 'ndcg@10'
  const rungs = LADDER.filter(({ arm }) => arms.some(({ name }) => name === arm))
  const value = (name: ArmName) => Number(arms.find((arm) => arm.name === name)?.[metric] ?? 0)
  return {
    title: `Where it comes from: NDCG@10, ${questionOf(summary)}, each step over the line above`,
    table: tableOf(
      [{ arm: 'popular-30d' as const, over: null, source: 'no personalization' }, ...rungs],
      {
        step: ({ arm }) => arm,
        'ndcg@10': ({ arm }) => decimal(value(arm)),
        'over the line above': ({ arm, over }) =>
          over ? lift(findLift(lifts, arm, over, metric)) : '',
        'what it adds': ({ source }) => source,
      },
      true,
    ),
  }
}

/** Table of one question; empty if too few shoppers have a case for it. */
function part(summary: Summary, suffix: Exclude<Suffix, ''>, title: string): Part[] {
  const { cases, shoppers } = summary.parted[suffix]
  return shoppers < LEAST_SHOPPERS ? [] : [arms(summary, suffix, title, `${count(cases)} of `)]
}

function arms({ arms, cases }: Summary, suffix: Suffix, title: string, some = ''): Part {
  return {
    title: `${title} (${some}${count(cases)} cases)`,
    table: armsTable(arms, METRICS, suffix === '' ? ARM_MEANINGS : undefined, suffix),
  }
}

function byPlace(places: Summary['visit']): Part {
  const arms = places[0].means.map(([arm], a) => [
    arm,
    ({ means }: (typeof places)[number]) => decimal(means[a][1]),
  ])
  return {
    title: 'By place within the visit (at the first nothing is at hand), NDCG@10',
    table: tableOf(places, {
      'nth look': ({ label }) => label,
      cases: ({ cases }) => count(cases),
      shoppers: ({ shoppers }) => count(shoppers),
      ...Object.fromEntries(arms),
      'personal over base-fresh': (place) => lift(place.lift),
    }),
  }
}

function shoppers({ worse, worseByLikelihood, guardTripped }: ShopperChange): Part {
  return {
    title: 'Shopper by shopper, personal against base-fresh',
    table: tableOf(
      [
        { by: 'likelihood', ...worseByLikelihood },
        { by: 'NDCG@10', ...worse },
      ],
      {
        by: ({ by }) => by,
        'significantly worse': worseShoppers,
        better: (one) => String(one.better),
        'by chance, up to': (one) => fixed(one.expectedByChance, 1),
      },
    ),
    text: [
      'One-sided sign-flip test on own cases, 5 %; testable: enough differing cases',
      `The guard switched personal off for ${count(guardTripped)} shoppers`,
    ],
  }
}

function against(summary: Summary): Part {
  const { arms, lifts } = summary
  const metric = 'ndcg@10'
  const has = (name: ArmName) => arms.some((arm) => arm.name === name)
  const own = (['base-fresh', 'personal'] as const).filter(has)
  // On new items, `recently-viewed` ranks by popularity, so popularity gets no row of its own.
  const others = OPPONENTS.filter((name) => name !== 'popular-30d' && has(name))
  return {
    title: `Against each cheap arm, NDCG@10, ${questionOf(summary)}`,
    table: {
      columns: [
        'over',
        ...own,
        ...own.map((arm) => `${arm}, again`),
        ...own.map((arm) => `${arm}, new items only`),
      ],
      rows: others.map((over) => [
        over,
        ...[metric, 'ndcg@10:repeat', 'ndcg@10:new'].flatMap((metric) =>
          own.map((arm) => lift(findLift(lifts, arm, over, metric))),
        ),
      ]),
    },
  }
}
