/** @module Summarises the measured lists as means over shoppers. */
import type { Random } from '@nearside/core/model/random.ts'
import { pairedBootstrap } from '../bootstrap.ts'
import type { NamedLift } from '../envelope.ts'
import { ARMS, type Arm } from './arms.ts'
import { ALL_SITUATIONS, type Situation } from './situations.ts'

const MEASURES = [
  'ndcg@10',
  'diversity',
  'repeats',
  'novelty',
  'current',
  'earlier',
  'discovery',
  'oneSubject',
] as const

type Values = Readonly<Record<(typeof MEASURES)[number], number>>

/** Measurements of one list. */
export interface Measured {
  readonly situation: Situation
  readonly shopper: number
  readonly arm: Arm
  readonly rows: readonly number[]
  readonly values: Values
}

interface ListArm {
  readonly name: Arm
  /** Metrics that the list has; metrics during a visit have a suffix, see `SITUATIONS`. */
  readonly [metric: string]: number | string
}

export interface ListsSummary {
  readonly arms: readonly ListArm[]
  /** Lifts of NDCG@10 over `plain`. */
  readonly lifts: readonly NamedLift[]
}

/** @param items number of items in the catalog */
export function summariseLists(
  measured: readonly Measured[],
  items: number,
  random: Random,
): ListsSummary {
  const arms = new Map(ARMS.map((name) => [name, { name } as Record<string, number | string>]))
  const lifts: NamedLift[] = []
  for (const situation of ALL_SITUATIONS) {
    const here = measured.filter((one) => one.situation === situation)
    if (here.length === 0) continue
    const shoppers = new Set(here.map(({ shopper }) => shopper))
    const listsOf = (wanted: Arm) => here.filter(({ arm }) => arm === wanted)
    const valuesOf = (arm: Arm, measure: keyof Values) => meansOf(listsOf(arm), shoppers, measure)
    for (const arm of ARMS) {
      const found = arms.get(arm) ?? {}
      for (const measure of MEASURES) {
        const known = valuesOf(arm, measure).filter(Number.isFinite)
        if (known.length > 0) found[measure + situation] = meanOf(known)
      }
      const shown = new Set(listsOf(arm).flatMap(({ rows }) => rows))
      found[`coverage${situation}`] = shown.size / items
    }
    const weights = new Float64Array(shoppers.size).fill(1)
    const over = valuesOf('plain', 'ndcg@10')
    const others = ARMS.filter((arm) => arm !== 'plain')
    const pairs = others.map((arm) => ({ values: valuesOf(arm, 'ndcg@10'), over, weights }))
    pairedBootstrap(pairs, shoppers.size, random).forEach((lift, a) => {
      if (lift)
        lifts.push({ arm: others[a], over: 'plain', metric: `ndcg@10${situation}`, ...lift })
    })
  }
  return { arms: [...arms.values()] as unknown as ListArm[], lifts }
}

/** One mean a shopper, over the cases that have the metric. */
function meansOf(
  lists: readonly Measured[],
  shoppers: ReadonlySet<number>,
  measure: keyof Values,
): Float64Array {
  const own = new Map([...shoppers].map((shopper) => [shopper, [] as number[]]))
  for (const { shopper, values } of lists)
    if (Number.isFinite(values[measure])) own.get(shopper)?.push(values[measure])
  return Float64Array.from(own.values(), meanOf)
}

const meanOf = (values: ArrayLike<number> & Iterable<number>): number =>
  values.length > 0
    ? [...values].reduce((sum, value) => sum + value, 0) / values.length
    : Number.NaN
