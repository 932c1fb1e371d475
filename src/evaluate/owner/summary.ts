/** @module A shop owner's four questions, answered with intervals over the tested shoppers. */
import { createRandom } from '../../core/model/random.ts'
import type { ArmName } from '../arms.ts'
import { type Lift, pairedBootstrap, weightedMean } from '../bootstrap.ts'
import { type ByShopper, type Keep, pairOver } from '../perShopper.ts'
import { countWorse, type WorseShoppers } from '../shoppersWorse.ts'
import { STORES, type Store } from './knowledge.ts'
import { COUNTING_ARMS, type CountingArm, type OwnerCase } from './measure.ts'

/** Mean NDCG@10 of two, and the first over the second; no lift where the second is at 0. */
export interface Compared {
  readonly arm: number
  readonly over: number
  readonly lift?: Lift
}

/** Stores of a device that was there from the first tested day, without and with the orders from before, and from the log's beginning. */
export const DEVICE_STORES = ['install', 'seeded', 'beginning'] as const satisfies readonly Store[]

type OfDevices<T> = Readonly<Record<(typeof DEVICE_STORES)[number], T>>

export interface OwnerSummary {
  /** With something that was bought, and their cases with it. */
  readonly shoppers: number
  readonly cases: number
  /** (a) What ships against a server that lacks clicks, by model and by counts; counts against counts. */
  readonly blind: OfDevices<{
    readonly model: Compared
    readonly counts: Compared
    /** The strongest arm that counts on the device over the strongest on the server. */
    readonly countsOverCounts: Compared & { readonly arms: readonly [CountingArm, CountingArm] }
  }>
  /** (b) What ships against a nightly server that has taken every click. */
  readonly nightly: OfDevices<Compared>
  /** (c) What ships against the strongest counting, by when the store began. */
  readonly stores: Readonly<
    Record<Store, Compared & { readonly base: number; readonly counts: CountingArm }>
  >
  /** (d) What ships against the base; null where nothing is learned. */
  readonly learning: OfDevices<Compared & { readonly worse: WorseShoppers }> | null
}

type Value = (one: OwnerCase) => number

/**
 * Null below two shoppers, because an interval over one says nothing, and without a counting arm.
 * @param arms that scored every case; with `personal` where devices learn
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
    // The same draws for every pair.
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
  /** Chosen on the tested cases, in the baseline's favour: nobody can choose a stronger one beforehand. */
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
