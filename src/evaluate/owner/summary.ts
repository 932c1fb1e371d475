/** @module Answers a shop owner's four questions, with intervals over the tested shoppers. */
import { createRandom } from '@nearside/core/model/random.ts'
import { type ArmName, COUNTING_ARMS } from '../arms.ts'
import { bootstrap, mean as meanOf, observedMean } from '../bootstrap.ts'
import { LEAST_SHOPPERS } from '../cases.ts'
import { asEstimate, type Lift, liftOver, worseThan } from '../results.ts'
import type { Rows, Series } from '../rows.ts'
import type { WalkedCase } from '../walk.ts'
import { type Knowledge, STORES, type Store } from './knowledge.ts'
import { BOUGHT, HIT, INSTALLED, ORDER_TRAINED } from './measure.ts'

/** Mean NDCG@10 of two arms. `lift` compares `arm` with `over`, and is absent without an interval. */
export interface Compared {
  readonly arm: number
  readonly over: number
  readonly lift?: Lift
}

/** Starts of a device's store: the first tested day, without or with earlier orders, or the start of the log. */
export const DEVICE_STORES = ['install', 'seeded', 'beginning'] as const satisfies readonly Store[]

export type OwnerSummary = NonNullable<ReturnType<typeof summariseOwner>>

/** Reads the rows of a question by its suffix. `stored`: whether rows name a store; the main comparison's don't. */
function readerOf(rows: Rows<WalkedCase>, suffix: string, seed: number, stored = true) {
  const of = (arm: string, store: Knowledge, metric = 'ndcg@10'): Series => ({
    ...{ arm, metric: metric + suffix, ...(stored && { store }) },
  })
  const mean = (series: Series) => observedMean(rows.means(series))
  return {
    of,
    mean,
    compare: (arm: Series, over: Series): Compared => {
      const found = liftOver(rows, arm, over, seed)
      return { arm: mean(arm), over: mean(over), ...(found && { lift: found }) }
    },
    /** Baseline with the highest mean on the test cases; choosing it by these very cases favours it. */
    strongest: <Arm extends ArmName>(arms: readonly Arm[], store: Knowledge) =>
      arms.reduce((best, arm) => (mean(of(arm, store)) > mean(of(best, store)) ? arm : best)),
    worse: (store: Knowledge, metric?: 'nll') =>
      worseThan(rows, of('personal', store, metric), of('base-fresh', store, metric), seed),
  }
}

/**
 * Answers the questions of the shop's owner; null with too few shoppers or without a counting baseline.
 * @param arms arms that scored every case; includes `personal` if devices learn
 */
export function summariseOwner(rows: Rows<WalkedCase>, seed: number, arms: readonly ArmName[]) {
  const server = { arm: 'base-fresh', store: 'server', metric: `ndcg@10${BOUGHT}` }
  const asked = rows.having(server)
  const counting = COUNTING_ARMS.filter((arm) => arms.includes(arm))
  const shoppers = asked.byShopper.length
  if (shoppers < LEAST_SHOPPERS || counting.length === 0) return null
  const { of, mean, compare, ...read } = readerOf(asked, BOUGHT, seed)
  const strongest = (store: Knowledge) => read.strongest(counting, store)
  const each = <K extends Store, T>(stores: readonly K[], answer: (store: K) => T) =>
    Object.fromEntries(stores.map((store) => [store, answer(store)])) as Record<K, T>
  const onServer = strongest('server')
  const [pooled, blind] = [of('base-fresh', 'server'), of(ORDER_TRAINED, 'server')]
  const isTwo = rows.series.some(({ arm }) => arm === ORDER_TRAINED)
  const model = mean(blind) > mean(pooled) ? blind : pooled
  return {
    /** Number of shoppers with a purchase, and number of their cases with a purchase. */
    shoppers,
    cases: asked.cases.length,
    /** Training data of the server's better model in question (a); undefined if the server has only one model. */
    serverModel: isTwo ? (model === blind ? 'orders alone' : 'every event') : undefined,
    hits: hitsOf(asked, seed),
    /**
     * Question (a), a device against a server without clicks. `model`: the device's model over the server's model.
     * `counts`: the device's model over the server's best counting baseline.
     */
    blind: each(DEVICE_STORES, (store) => {
      const onDevice = strongest(store)
      return {
        model: compare(of('personal', store), model),
        counts: compare(of('personal', store), of(onServer, 'server')),
        /** Best counting baseline on the device, compared with the best counting baseline on the server. */
        countsOverCounts: {
          ...compare(of(onDevice, store), of(onServer, 'server')),
          arms: [onDevice, onServer] as const,
        },
      }
    }),
    /** Question (b): the shipped model against a nightly server that knows every click. */
    nightly: each(DEVICE_STORES, (store) =>
      compare(of('personal', store), of('base-fresh', 'nightly')),
    ),
    /** Question (c): the shipped model against the best counting baseline, for each start of a device's store. */
    stores: each(STORES, (store) => {
      const counts = strongest(store)
      const base = mean(of('base-fresh', store))
      return { ...compare(of('personal', store), of(counts, store)), base, counts }
    }),
    /** Question (d): the shipped model against the base model; null if devices don't learn. */
    learning: arms.includes('personal')
      ? each(DEVICE_STORES, (store) => {
          const [personal, base] = [of('personal', store), of('base-fresh', store)]
          return {
            ...compare(personal, base),
            worse: read.worse(store),
            worseByLikelihood: read.worse(store, 'nll'),
          }
        })
      : null,
  }
}

/**
 * Share of the cases with a purchase in which a list of ten has a purchased item, on devices whose store begins on the
 * first tested day: `ships` for the list they show, `popular` for the best sellers, `gain` for the difference. Null if
 * not measured.
 */
function hitsOf(asked: Rows<WalkedCase>, seed: number) {
  const of = (arm: ArmName) => asked.means({ arm, store: 'install', metric: HIT })
  const [ships, popular] = [of('personal'), of('popular-30d')]
  const gains = ships.map((share, shopper) => share - popular[shopper])
  const [gain] = bootstrap([meanOf(gains)], gains.length, createRandom(seed))
  if (!gain) return null
  return { ships: observedMean(ships), popular: observedMean(popular), gain: asEstimate(gain) }
}

export type InstalledSummary = ReturnType<typeof summariseInstalled>[number]

/**
 * Figures for predicting the next product other than the one being viewed, for each store of `INSTALLED`; with
 * leave-one-out, only for the store of the main comparison.
 */
export function summariseInstalled(rows: Rows<WalkedCase>, seed: number, arms: readonly ArmName[]) {
  const isMeasured = rows.series.some(({ store }) => store === 'install')
  const read = readerOf(rows, '', seed, isMeasured)
  const counting = COUNTING_ARMS.filter((arm) => arms.includes(arm))
  return (isMeasured ? INSTALLED : (['beginning'] as const)).map((store) => {
    const learns = arms.includes('personal')
    const ships = read.of(learns ? 'personal' : 'base-fresh', store)
    const counts = read.strongest<ArmName>(['popular-30d', ...counting], store)
    const over = (arm: ArmName) => read.compare(ships, read.of(arm, store)).lift
    return {
      store,
      ships: read.mean(ships),
      overPopular: over('popular-30d'),
      counts,
      overCounts: over(counts),
      learning: learns ? { lift: over('base-fresh'), worse: read.worse(store, 'nll') } : null,
    }
  })
}
