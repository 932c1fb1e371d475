import { buildStatistics, refreshPopularity } from '@nearside/core/features/statistics.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { ARMS, type ArmName, BASE_ARMS, COUNTING_ARMS } from '../arms.ts'
import { type EvaluationInput, isPurchase, selectCases, trainingHistories } from '../cases.ts'
import { prepareWalk, scoreOrderTrained } from '../prepare.ts'
import { ownerParts } from '../report/owner.ts'
import { textLines } from '../report/report.ts'
import { Rows } from '../rows.ts'
import { testInput, testModel, testShop } from '../testShop.ts'
import { tuneBaselines } from '../tuneBaselines.ts'
import { type WalkedCase, walkShopper } from '../walk.ts'
import { type Knowledge, STORES } from './knowledge.ts'
import { BOUGHT, ORDER_TRAINED } from './measure.ts'
import { summariseOwner } from './summary.ts'

/** A log in which each shopper views, the day before an order, exactly the items of the order. */
function clicks(): EvaluationInput {
  const orders = testShop(60, 30)
  const shop = {
    ...orders,
    shoppers: orders.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions
        .flatMap((one) => [
          {
            ...one,
            name: 'view_item' as const,
            time: one.time - DAY,
            session: `look ${one.session}`,
          },
          one,
        ])
        .sort((a, b) => a.time - b.time),
    })),
  }
  const kinds = { purchases: true, others: true }
  return testInput(shop, { kinds, model: withViews(testModel(shop)) })
}

/** The model with a weight that makes views of the last three days count as much as orders. */
function withViews(model: EvaluationInput['model']): EvaluationInput['model'] {
  const touched = model.manifest.features.findIndex(({ name }) => name === 'interactions3')
  const featureWeights = model.featureWeights.slice()
  featureWeights[touched] = 3
  return { ...model, featureWeights }
}

async function walk(input: EvaluationInput): Promise<Rows<WalkedCase>> {
  const prepared = prepareWalk(input, tuneBaselines(input), null)
  return Rows.join(
    await Promise.all(selectCases(input).map((cases) => walkShopper(prepared, cases))),
  )
}

/** NDCG@10 of the purchased items, for each case; NaN if nothing was bought. */
function of(rows: Rows<WalkedCase>, arm: ArmName, store: Knowledge): number[] {
  return rows.cases.map((_, index) => rows.at(index, { arm, store, metric: `ndcg@10${BOUGHT}` }))
}

describe('the owner’s questions', () => {
  it('the summary for the owner shows that a server without clicks ranks worse than a device, and that a nightly server with clicks doesn’t', async () => {
    const results = await walk(clicks())
    const asked = of(results, 'base-fresh', 'server').filter((value) => !Number.isNaN(value))
    expect(asked.length).toBeLessThan(results.cases.length)
    const summary = summariseOwner(results, 1, BASE_ARMS)
    if (!summary) throw new Error('nobody was asked')
    expect(summary.cases).toBe(asked.length)
    for (const store of ['install', 'beginning'] as const) {
      expect(summary.blind[store].model.lift?.lo).toBeGreaterThan(0.2)
      expect(summary.blind[store].countsOverCounts.lift?.lo).toBeGreaterThan(0.2)
    }
    // Views are a day old, so the nightly server has all views.
    expect(summary.nightly.beginning.lift).toMatchObject({ relative: 0, lo: 0, hi: 0 })
    expect(summary.stores['0'].arm).toBeLessThan(summary.stores['7'].arm)
    expect(summary.learning).toBeNull()
    // Each shopper orders exactly what they viewed the day before, so a device finds items that the best sellers lack.
    expect(summary.hits?.gain.lo).toBeGreaterThan(0)
    expect(summary.hits?.gain.mean).toBeCloseTo(
      (summary.hits?.ships ?? 0) - (summary.hits?.popular ?? 0),
      6,
    )
  }, 180_000)

  it('with a log of orders alone, or with a server that knows all events, server and device rank alike', async () => {
    const orders = await walk(testInput(testShop()))
    for (const arm of ['base-fresh', ...COUNTING_ARMS] as const) {
      expect(of(orders, arm, 'server')).toEqual(of(orders, arm, 'beginning'))
      expect(of(orders, arm, 'seeded')).toEqual(of(orders, arm, 'beginning'))
    }
    expect(of(orders, 'personal', 'seeded')).toEqual(of(orders, 'personal', 'beginning'))
    const all = await walk({ ...clicks(), serverKnows: 'all' })
    expect(of(all, 'base-fresh', 'server')).toEqual(of(all, 'base-fresh', 'beginning'))
  }, 180_000)

  it('scores of the server’s second model, trained on orders, use the item rows of the histories, not the second model’s own rows', async () => {
    const input = clicks()
    const turned = [...input.shoppers].map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((one) => ({ ...one, item: 29 - one.item })),
    }))
    const { model } = input
    const itemIds = model.itemIds.toReversed()
    const orders = testInput({ ...testShop(60, 30), shoppers: turned }).model
    const score = scoreOrderTrained(
      { ...input, shoppers: turned, model: { ...orders, itemIds } },
      model.itemIds,
    )
    const [{ history, time }] = selectCases(input)[0]
    const scores = score(history.filter(isPurchase), time)
    const onlyOrders = trainingHistories(input).map((own) => own.filter(isPurchase))
    const statistics = refreshPopularity(
      buildStatistics(testShop(60, 30).items, onlyOrders, input.until),
      onlyOrders,
      time,
    )
    const reference = { ...testModel(testShop(60, 30)), statistics }
    const { base } = scoreTerms(reference, history.filter(isPurchase), time)
    expect([...scores].map((one) => one.toFixed(4))).toEqual([...base].map((one) => one.toFixed(4)))
  })

  it('the owner’s questions are answered with means over shoppers and the number of shoppers who are worse off', () => {
    const rows = new Rows<WalkedCase>()
    let orderTrained = 0.2
    const add = (shopper: string, personal: number) => {
      rows.begin({ shopper, time: 0, place: 1, guardActive: true, failures: [] })
      const put = (store: Knowledge, values: Readonly<Partial<Record<ArmName, number>>>) => {
        for (const [arm, value] of Object.entries(values))
          rows.put({ arm, store, metric: `ndcg@10${BOUGHT}` }, value)
      }
      const counts = { 'recently-viewed': 0.1, 'item-knn': 0.15, 'session-knn': 0.05 }
      // EASE has a higher mean than item-knn, though not for every shopper.
      const ease = personal < 0.4 ? 0.1 : 0.3
      for (const store of STORES) put(store, { ...counts, ease, 'base-fresh': 0.4, personal })
      put('server', { ...counts, ease: 0, 'base-fresh': 0.25 })
      rows.put({ arm: ORDER_TRAINED, store: 'server', metric: `ndcg@10${BOUGHT}` }, orderTrained)
      for (const [arm, nll] of [
        ['base-fresh', 5],
        ['personal', 5 + (0.4 - personal)],
      ] as const)
        for (const store of STORES) rows.put({ arm, store, metric: `nll${BOUGHT}` }, nll)
      put('nightly', { 'base-fresh': 0.42 })
    }
    for (let s = 0; s < 5; s++) {
      for (let k = 0; k < 6; k++) add(`ann${s}`, 0.3)
      // Nine shoppers are too few for an interval.
      expect(summariseOwner(rows, 1, ARMS)).toBeNull()
      add(`bob${s}`, 0.5)
    }
    const summary = summariseOwner(rows, 1, ARMS)
    if (!summary) throw new Error('nobody was asked')
    expect(summary).toMatchObject({ shoppers: 10, cases: 35, serverModel: 'every event' })
    expect(summary.blind.install.model.lift?.relative).toBeCloseTo(0.4 / 0.25 - 1, 6)
    expect(summary.blind.install.countsOverCounts.arms).toEqual(['ease', 'item-knn'])
    expect(summary.stores['7'].counts).toBe('ease')
    expect(summary.stores['7'].over).toBeCloseTo(0.2, 12)
    expect(summary.blind.install.counts.over).toBeCloseTo(0.15, 12)
    expect(summary.nightly.beginning.lift?.relative).toBeCloseTo(0.4 / 0.42 - 1, 6)
    expect(summary.learning?.install.worse).toMatchObject({ significant: 5, share: 0.5 })
    expect(summary.learning?.install.worseByLikelihood).toMatchObject({
      significant: 5,
      testable: 5,
    })
    const report = { title: '', lead: [], notes: [] }
    const printed = (others: boolean, dayOnly: boolean) => {
      const log = { kinds: { purchases: true, others }, serverKnows: 'orders', dayOnly } as const
      return textLines({ ...report, parts: ownerParts(summary, log) }).join('\n')
    }
    const text = printed(false, false)
    expect(text).toContain('log holds orders alone')
    expect(text).toContain('not shown')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text).not.toContain('days only')
    expect(printed(true, true)).not.toContain('log holds orders alone')
    expect(printed(true, true)).toContain('there is no page at hand')
    expect(printed(true, true)).toMatch(/5 of 5 testable/)
    // Question (a) asks what clicks gain. A log of orders has no clicks, so the table shows dashes.
    const blind = (others: boolean) =>
      ownerParts(summary, {
        ...{ kinds: { purchases: true, others }, serverKnows: 'orders', dayOnly: false },
      })[0].table?.rows.map((row) => row.slice(-3))
    expect(blind(false)?.flat()).toEqual(Array.from({ length: 9 }, () => '–'))
    expect(blind(true)?.flat()).not.toContain('–')
    orderTrained = 0.32
    for (let s = 0; s < 10; s++) for (let k = 0; k < 9; k++) add(`cid${s}`, 0.4)
    const better = summariseOwner(rows, 1, ARMS)
    expect(better?.serverModel).toBe('orders alone')
    expect(better?.blind.install.model.over).toBeCloseTo((10 * 0.2 + 10 * 0.32) / 20, 6)
  })
})
