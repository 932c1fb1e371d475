/** @module Computes the quality of a list of ten from the products bought. */

export const ARMS = ['popular', 'stale', 'fresh', 'personal'] as const
export type Arm = (typeof ARMS)[number]

export const byArm = <T>(of: (arm: Arm) => T): Readonly<Record<Arm, T>> => ({
  popular: of('popular'),
  stale: of('stale'),
  fresh: of('fresh'),
  personal: of('personal'),
})

/** Arms (ways of ranking) shown at first. The others show how much each part of the personalizer contributes. */
export const MAIN_ARMS: readonly Arm[] = ['popular', 'personal']

/** Length of the list whose quality is computed. */
export const PLACES = 10

export interface Quality {
  /** NDCG, from 0 to 1: the sum of 1 / log2(place + 1) over the bought products, divided by the best possible sum. */
  readonly ndcg: number
  /** 1 if at least one of the ten products was bought, else 0. */
  readonly hit: number
}

/**
 * Quality with binary relevance, equal to the metrics of `evaluate` for each case.
 * @param list best first; only the first ten count
 * @param bought not empty
 */
export function qualityOf(list: readonly string[], bought: ReadonlySet<string>): Quality {
  let gained = 0
  let ideal = 0
  for (let place = 0; place < PLACES; place++) {
    const gain = 1 / Math.log2(place + 2)
    if (place < bought.size) ideal += gain
    if (place < list.length && bought.has(list[place])) gained += gain
  }
  return { ndcg: ideal > 0 ? gained / ideal : 0, hit: gained > 0 ? 1 : 0 }
}

export type Means = Readonly<Record<Arm, Quality>>

/** Mean over all orders so far. @param steps not empty */
export function meansOf(steps: readonly Means[]): Means {
  const mean = (arm: Arm, of: keyof Quality) =>
    steps.reduce((sum, step) => sum + step[arm][of], 0) / steps.length
  return byArm((arm) => ({ ndcg: mean(arm, 'ndcg'), hit: mean(arm, 'hit') }))
}

/** Values of some ways of ranking at `time` (milliseconds since the epoch). */
export interface Moment<A extends string = string> {
  readonly time: number
  readonly values: Readonly<Record<A, number>>
}

/** Means over all orders so far, after each order. */
export const runningMeans = (
  steps: readonly { readonly order: { readonly time: number }; readonly quality: Means }[],
  metric: keyof Quality,
): readonly Moment<Arm>[] =>
  steps.map(({ order: { time } }, last) => {
    const means = meansOf(steps.slice(0, last + 1).map(({ quality }) => quality))
    return { time, values: byArm((arm) => means[arm][metric]) }
  })
