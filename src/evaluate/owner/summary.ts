/** @module Answers a shop owner's four questions, with intervals over the tested shoppers. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { ArmName } from '../arms.ts'
import { type Lift, pairedBootstrap, weightedMean } from '../bootstrap.ts'
import { type ByShopper, type Keep, pairOver } from '../perShopper.ts'
import { countWorse, type WorseShoppers } from '../shoppersWorse.ts'
import { STORES, type Store } from './knowledge.ts'
import { COUNTING_ARMS, type CountingArm, type OwnerCase } from './measure.ts'

/** Mean NDCG@10 of two arms, and the lift of the first over the second; no lift where the second is at 0. */
export interface Compared {
  readonly arm: number
  readonly over: number
  readonly lift?: Lift
}

/** Device stores that start on the first tested day, without or with earlier orders, or at the start of the log. */
export const DEVICE_STORES = ['install', 'seeded', 'beginning'] as const satisfies readonly Store[]

type OfDevices<T> = Readonly<Record<(typeof DEVICE_STORES)[number], T>>

export interface OwnerSummary {
  /** Number of shoppers with a purchase, and of their cases with one. */
  readonly shoppers: number
  readonly cases: number
  /** (a) The shipped model against a server without clicks: by model, by counts, and counts against counts. */
  readonly blind: OfDevices<{
    readonly model: Compared
    readonly counts: Compared
    /** The strongest counting arm on the device over the strongest on the server. */
    readonly countsOverCounts: Compared & { readonly arms: readonly [CountingArm, CountingArm] }
  }>
  /** (b) The shipped model against a nightly server with every click. */
  readonly nightly: OfDevices<Compared>
  /** (c) The shipped model against the strongest counting arm, by start of the store. */
  readonly stores: Readonly<
    Record<Store, Compared & { readonly base: number; readonly counts: CountingArm }>
  >
  /** (d) The shipped model against the base; null where devices don't learn. */
  readonly learning: OfDevices<Compared & { readonly worse: WorseShoppers }> | null
}

type Value = (one: OwnerCase) => number

/**
 * Null with fewer than two shoppers, since an interval needs two, and where no arm counts.
 * @param arms arms that scored every case; includes `personal` where devices learn
 */
export function summariseOwner(
  byShopper: ByShopper,
  seed: number,
  arms: readonly ArmName[],
): OwnerSummary | null {
  const counting = COUNTING_ARMS.filter((arm) => arms.includes(arm))
  const isAsked: Keep = ({ owner }) => owner !== null
  const asked = byShopper.map((own) => own.filter(isAsked)).filter((own) => own.length > 0)
  if (asked.length < 2 || counting.length === 0) return null
  const compare = (arm: Value, over: Value): Compared => {
    const value = (of: Value) => (one: ByShopper[number][number]) => (one.owner ? of(one.owner) : 0)
    const pair = pairOver(asked, value(arm), value(over))
    // Every pair uses the same draws.
    const [lift] = pairedBootstrap([pair], asked.length, createRandom(seed))
    return {
      arm: weightedMean(pair.values, pair.weights),
      over: weightedMean(pair.over, pair.weights),
      ...(lift && { lift }),
    }
  }
  const of =
    (what: 'personal' | 'base') =>
    (store: Store): Value =>
    ({ stores }) =>
      stores[store][what]
  const [personal, base] = [of('personal'), of('base')]
  /** Choosing on the test cases favours the baseline: no choice made beforehand can be stronger. */
  const strongest = (value: (one: OwnerCase, arm: CountingArm) => number) => {
    const means = counting.map((arm) => {
      const { values, weights } = pairOver(
        asked,
        ({ owner }) => (owner ? value(owner, arm) : 0),
        () => 0,
      )
      return weightedMean(values, weights)
    })
    const arm = counting[means.indexOf(Math.max(...means))]
    return { arm, of: (one: OwnerCase) => value(one, arm) }
  }
  const counts = (store: Store) => strongest(({ stores }, arm) => stores[store].counts[arm])
  const serverCounts = strongest(({ server }, arm) => server.counts[arm])
  const each = <K extends Store, T>(stores: readonly K[], of: (store: K) => T) =>
    Object.fromEntries(stores.map((store) => [store, of(store)])) as Record<K, T>
  const worse = (store: Store) =>
    countWorse(
      asked.map((own) =>
        own.map(({ owner }) => (owner ? personal(store)(owner) - base(store)(owner) : 0)),
      ),
      createRandom(seed + 1),
    )
  return {
    shoppers: asked.length,
    cases: asked.flat().length,
    blind: each(DEVICE_STORES, (store) => {
      const own = counts(store)
      return {
        model: compare(personal(store), ({ server }) => server.model),
        counts: compare(personal(store), serverCounts.of),
        countsOverCounts: {
          ...compare(own.of, serverCounts.of),
          arms: [own.arm, serverCounts.arm] as const,
        },
      }
    }),
    nightly: each(DEVICE_STORES, (store) => compare(personal(store), ({ nightly }) => nightly)),
    stores: each(STORES, (store) => {
      const { arm, of } = counts(store)
      const { over } = compare(personal(store), base(store))
      return { ...compare(personal(store), of), base: over, counts: arm }
    }),
    learning: arms.includes('personal')
      ? each(DEVICE_STORES, (store) => ({
          ...compare(personal(store), base(store)),
          worse: worse(store),
        }))
      : null,
  }
}
