/** @module First page of the report: a shop owner's four questions. */
import type { EvaluationInput } from '../cases.ts'
import { type ServerKnows, STORES, type Store } from '../owner/knowledge.ts'
import { type Compared, DEVICE_STORES, type OwnerSummary } from '../owner/summary.ts'
import { count, decimal, fixed, lift, share } from './numbers.ts'
import type { Part } from './report.ts'

/** Relative loss against the nightly server that still counts as no worse. */
const MARGIN = 0.003

const DEVICE_HOLDS: Readonly<Record<(typeof DEVICE_STORES)[number], string>> = {
  install: 'what came since the first tested day',
  seeded: 'that, and all own orders, handed over by the shop',
  beginning: 'all since the log began',
}

const SERVER: Readonly<Record<ServerKnows, string>> = {
  orders: 'orders and the page at hand, no other click',
  all: 'every event at once',
  nothing: 'the page at hand and nothing of the past',
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

export function ownerParts(
  summary: OwnerSummary,
  { kinds, serverKnows, dayOnly }: Pick<EvaluationInput, 'kinds' | 'serverKnows' | 'dayOnly'>,
): Part[] {
  const { purchases, others } = kinds
  const { shoppers, cases, learning } = summary
  const wanted = purchases ? 'what was bought' : 'what was turned to (the log holds no purchases)'
  const asked = `NDCG@10 on ${wanted}, ${count(cases)} cases of ${count(shoppers)} shoppers`
  const device = learning ? 'device' : 'device (base: nothing is learned)'
  return [
    blind(summary, SERVER[serverKnows], dayOnly, asked, device),
    nightly(summary, dayOnly, device),
    stores(summary, device),
    ...(learning ? [learned(learning)] : []),
  ].map((part, k) => (k === 0 && !others ? { ...part, text: [ORDERS_ALONE, ...part.text] } : part))
}

const ORDERS_ALONE =
  'This log holds orders alone: a server that knows them lacks nothing that a device has, so this says little here. Ask it of a log with clicks'

const STRONGEST =
  'Counts: whichever of recently-viewed, item-knn, session-knn and ease has the best mean on these very cases, a choice in their favour'

type WithText = Part & { readonly text: readonly string[] }

function blind(
  { blind }: OwnerSummary,
  serverKnows: string,
  dayOnly: boolean,
  asked: string,
  device: string,
): WithText {
  return {
    title: `(a) What is gained if clicks stay with the shopper? ${asked}`,
    table: {
      columns: [
        'the device holds',
        'server, model',
        'server, counts',
        'device, counts',
        device,
        'over the server’s model',
        'over its counts',
        'counts over counts',
      ],
      rows: DEVICE_STORES.map((store) => {
        const { model, counts, countsOverCounts } = blind[store]
        return [
          DEVICE_HOLDS[store],
          decimal(model.over),
          `${decimal(counts.over)} (${countsOverCounts.arms[1]})`,
          `${decimal(countsOverCounts.arm)} (${countsOverCounts.arms[0]})`,
          decimal(model.arm),
          ...[model, counts, countsOverCounts].map((one) => lift(one.lift)),
        ]
      }),
    },
    text: [
      `The server knows ${serverKnows}, from the log’s beginning on; both have the same model. ${STRONGEST}, each tuned on what its side knows`,
      ...(dayOnly ? ['The log knows days only: there is no page at hand'] : []),
    ],
  }
}

function nightly({ nightly }: OwnerSummary, dayOnly: boolean, device: string): WithText {
  return {
    title: '(b) And if the shop had taken every click? A nightly server with the same model',
    table: {
      columns: [
        'the device holds',
        'nightly server',
        device,
        'device over it',
        `worse by at most ${share(MARGIN)}?`,
      ],
      rows: DEVICE_STORES.map((store) => {
        const one = nightly[store]
        return [
          DEVICE_HOLDS[store],
          decimal(one.over),
          decimal(one.arm),
          lift(one.lift),
          verdict(one),
        ]
      }),
    },
    text: [
      'The server has each event from before the case’s midnight, since the log began',
      ...(dayOnly
        ? ['The log knows days only: so has the device with all since the log began']
        : []),
    ],
  }
}

function verdict({ lift }: Compared): string {
  if (!lift) return '–'
  if (lift.lo >= -MARGIN) return 'yes'
  return lift.hi < -MARGIN ? 'no' : 'not shown'
}

function stores({ stores }: OwnerSummary, device: string): WithText {
  return {
    title: '(c) By when the browser’s store began, the same cases in each line',
    table: {
      columns: ['the store began', 'strongest counts', 'base', device, 'over the strongest counts'],
      rows: STORES.map((store) => {
        const { arm, over, base, counts, lift: gained } = stores[store]
        return [
          STORE_BEGAN[store],
          `${decimal(over)} (${counts})`,
          decimal(base),
          decimal(arm),
          lift(gained),
        ]
      }),
    },
    text: [
      `${STRONGEST}, each tuned on stores that began 60 days before the model’s limit, with orders handed over, or on whole logs, as the line says`,
    ],
  }
}

function learned(learning: NonNullable<OwnerSummary['learning']>): WithText {
  return {
    title: '(d) What does learning on the device add, and whom does it hurt? Personal over base',
    table: {
      columns: [
        'the device holds',
        'base',
        'personal',
        'personal over base',
        'significantly worse',
        'better',
        'by chance, up to',
      ],
      rows: DEVICE_STORES.map((store) => {
        const { over, arm, worse, ...one } = learning[store]
        return [
          DEVICE_HOLDS[store],
          decimal(over),
          decimal(arm),
          lift(one.lift),
          `${worse.significant} (${share(worse.share)})`,
          String(worse.better),
          fixed(worse.expectedByChance, 1),
        ]
      }),
    },
    text: ['Worse and better: one-sided sign-flip test on a shopper’s own cases, 5 %'],
  }
}
