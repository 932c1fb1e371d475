/** @module Tables of a shop owner's four questions, which begin the report. */
import { COUNTING_ARMS } from '../arms.ts'
import type { EvaluationInput } from '../cases.ts'
import { type ServerKnows, STORES, type Store } from '../owner/knowledge.ts'
import { type Compared, DEVICE_STORES, type OwnerSummary } from '../owner/summary.ts'
import type { Lift } from '../results.ts'
import { count, decimal, fixed, lift, share, worseShoppers } from './numbers.ts'
import { type Part, tableOf } from './report.ts'

/** Largest share of the nightly server's NDCG@10 that a device may lose and still count as no worse. */
const MARGIN = 0.003

const DEVICE_HOLDS: Readonly<Record<(typeof DEVICE_STORES)[number], string>> = {
  install: 'events since the first tested day',
  seeded: 'these events, and all own orders, handed over by the shop',
  beginning: 'all events since the log began',
}

const SERVER: Readonly<Record<ServerKnows, string>> = {
  orders: 'orders and the current page, but no other click',
  all: 'every event as soon as it happens',
  nothing: 'the current page, but nothing earlier',
}

const STORE_BEGAN: Readonly<Record<Store, string>> = {
  '0': 'just now: an empty store',
  '1': '1 day ago',
  '7': '7 days ago',
  '30': '30 days ago',
  '90': '90 days ago',
  install: 'on the first tested day',
  seeded: 'then, and the shop handed over all own orders',
  evicted: 'after the last seven days without an event',
  beginning: 'with the log',
}

type Log = Pick<EvaluationInput, 'kinds' | 'serverKnows' | 'dayOnly'>

export function ownerParts(summary: OwnerSummary, log: Log): Part[] {
  const { shoppers, cases, learning } = summary
  const wanted = log.kinds.purchases
    ? 'what was bought'
    : 'the items of any event (the log has no purchases)'
  const asked = `NDCG@10 on ${wanted}, ${count(cases)} cases of ${count(shoppers)} shoppers`
  const device = learning ? 'device' : 'device (base: nothing is learned)'
  return [
    blind(summary, log, asked, device),
    nightly(summary, log.dayOnly, device),
    stores(summary, device),
    ...(learning ? [learned(learning)] : []),
  ]
}

const ORDERS_ALONE =
  'A dash: this log holds orders alone, so the server lacks nothing that a device has. A log with clicks can answer this'

const STRONGEST = `Counts: whichever of ${COUNTING_ARMS.join(', ')} has the best mean on these very cases, a choice that favours counting`

function blind(
  { blind, serverModel }: OwnerSummary,
  { kinds, serverKnows, dayOnly }: Log,
  asked: string,
  device: string,
): Part {
  const ofClicks = (found: Lift | undefined) => (kinds.others ? lift(found) : '–')
  return {
    title: `(a) What is gained if clicks stay with the shopper? ${asked}`,
    table: tableOf(DEVICE_STORES, {
      'the device holds': (store) => DEVICE_HOLDS[store],
      'server, model': (store) => decimal(blind[store].model.over),
      'server, counts': (store) => {
        const { counts, countsOverCounts } = blind[store]
        return `${decimal(counts.over)} (${countsOverCounts.arms[1]})`
      },
      'device, counts': (store) => {
        const { arm, arms } = blind[store].countsOverCounts
        return `${decimal(arm)} (${arms[0]})`
      },
      [device]: (store) => decimal(blind[store].model.arm),
      'over the server’s model': (store) => ofClicks(blind[store].model.lift),
      'over its counts': (store) => ofClicks(blind[store].counts.lift),
      'counts over counts': (store) => ofClicks(blind[store].countsOverCounts.lift),
    }),
    text: [
      ...(kinds.others ? [] : [ORDERS_ALONE]),
      `The server knows ${SERVER[serverKnows]}, from the log’s beginning on. ${
        serverModel
          ? `It uses the better of two models, trained on every event or on orders alone: here on ${serverModel}`
          : 'Both have the same model'
      }. ${STRONGEST}, each tuned on what its side knows`,
      ...(dayOnly ? ['The log knows days only: there is no page at hand'] : []),
    ],
  }
}

function nightly({ nightly }: OwnerSummary, dayOnly: boolean, device: string): Part {
  return {
    title:
      '(b) What if the shop’s server recorded every click? A nightly server with the same model',
    table: tableOf(DEVICE_STORES, {
      'the device holds': (store) => DEVICE_HOLDS[store],
      'nightly server': (store) => decimal(nightly[store].over),
      [device]: (store) => decimal(nightly[store].arm),
      'device over it': (store) => lift(nightly[store].lift),
      [`worse by at most ${share(MARGIN)}?`]: (store) => verdict(nightly[store]),
    }),
    text: [
      'The server knows all events from the start of the log to the midnight before the case',
      ...(dayOnly
        ? ['The log knows days only, so the device with the whole log knows the same events']
        : []),
    ],
  }
}

function verdict({ lift }: Compared): string {
  if (!lift) return '–'
  if (lift.lo >= -MARGIN) return 'yes'
  return lift.hi < -MARGIN ? 'no' : 'not shown'
}

function stores({ stores }: OwnerSummary, device: string): Part {
  return {
    title: '(c) By when the browser’s store began, the same cases in each line',
    table: tableOf(STORES, {
      'the store began': (store) => STORE_BEGAN[store],
      'strongest counts': (store) => `${decimal(stores[store].over)} (${stores[store].counts})`,
      base: (store) => decimal(stores[store].base),
      [device]: (store) => decimal(stores[store].arm),
      'over the best counts': (store) => lift(stores[store].lift),
    }),
    text: [
      `${STRONGEST}, each tuned on stores that began 60 days before the model’s limit, with own orders, or with the whole log, as the line says`,
    ],
  }
}

function learned(learning: NonNullable<OwnerSummary['learning']>): Part {
  return {
    title: '(d) What does learning on the device add, and whom does it hurt? Personal over base',
    table: tableOf(DEVICE_STORES, {
      'the device holds': (store) => DEVICE_HOLDS[store],
      base: (store) => decimal(learning[store].over),
      personal: (store) => decimal(learning[store].arm),
      'personal over base': (store) => lift(learning[store].lift),
      'significantly worse, by likelihood': (store) =>
        worseShoppers(learning[store].worseByLikelihood),
      better: (store) => String(learning[store].worseByLikelihood.better),
      'by chance, up to': (store) => fixed(learning[store].worseByLikelihood.expectedByChance, 1),
      'by NDCG@10': (store) => worseShoppers(learning[store].worse),
    }),
    text: ['Worse and better: one-sided sign-flip test on a shopper’s own cases, 5 %'],
  }
}
