/** @module A report of a made-up walk, with a name that tries to break out of it; tests only. */

import { createRandom } from '../../core/model/random.ts'
import { createMlp } from '../../core/personal/learners/mlp.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { METRICS, measure } from '../../train/metrics.ts'
import { ARMS } from '../arms.ts'
import { measureDetail } from '../detail/caseDetail.ts'
import { summariseDetail } from '../detail/detail.ts'
import { selectCases } from '../prepare.ts'
import { compareLearners } from '../prequential/compare.ts'
import { streamOf } from '../prequential/stream.ts'
import { summarise } from '../summary.ts'
import { testModel, testShop, UNTIL } from '../testShop.ts'
import { type CaseResult, metricAt } from '../walk.ts'
import { formatLearnersHtml } from './learners.ts'
import { formatHtml } from './report.ts'

export const HOSTILE = '</script><script>alert("1 & 2")</script>'

const ITEMS = 60

function madeUp(shoppers: number): CaseResult[] {
  const random = createRandom(5)
  return Array.from({ length: 3 * shoppers }, (_, k): CaseResult => {
    const base = Float32Array.from({ length: ITEMS }, () => 2 * random.normal())
    const whole = base.map((score) => score + 0.6 * random.normal())
    const targets = [random.integer(ITEMS), ITEMS - 1].filter((t, i, all) => all.indexOf(t) === i)
    const personal = base.map((score, i) => (score + whole[i]) / 2)
    const metrics = new Float32Array(ARMS.length * 2 * METRICS.length)
    ARMS.forEach((name, arm) => {
      const scores = name === 'personal' ? personal : base.map((score) => score + arm * 0.01)
      for (const onlyNew of [false, true])
        measure(scores, targets, undefined, metrics, metricAt(arm, 0, onlyNew))
    })
    return {
      shopper: `s${Math.floor(k / 3)}`,
      time: Date.UTC(2024, k % 3, 5),
      history: 10 * (k % 9),
      hasNew: true,
      guardActive: true,
      metrics,
      detail: measureDetail({ base, whole, personal }, { shipped: 0.5, own: 0.6 }, targets),
    }
  })
}

export function testReport(shoppers = 40) {
  const results = madeUp(shoppers)
  const detail = summariseDetail(results, 1, 'shoppers')
  const head = { protocol: 'personal', shop: HOSTILE, until: '2024-01-01', seed: 1 }
  const report = { ...summarise(results, 1), ...head, items: ITEMS, popularity: 'nightly' }
  const { shoppers: asked, cases, arms, lifts } = report
  const result = { ...head, shoppers: asked, cases, arms, lifts, detail }
  return { result, html: formatHtml({ report, detail, notes: ['a <b>note</b>'], result }) }
}

/** The learners' page of a short stream. */
export async function testLearnersReport() {
  const shop = testShop(40, 60)
  const input = {
    model: testModel(shop),
    shoppers: shop.shoppers,
    dayOnly: false,
    isHeldOut: (id: string) => isHeldOut(id, 0.5, 1),
    until: UNTIL,
    protocol: 'personal' as const,
    popularity: 'nightly' as const,
    seed: 1,
  }
  const stream = [...streamOf(input, selectCases(input))].slice(0, 60)
  const rates = { stepSize: 0.05, rescaling: 0.05, combination: 0.5, cases: 20 }
  const seeds = [1, 2]
  const comparison = await compareLearners(stream, {
    rates,
    createMlp,
    seeds,
    clock: () => 0,
    onProgress: async () => {},
  })
  const result = {
    ...comparison,
    ...{ shop: HOSTILE, until: '2024-03-01', shoppers: 20, cases: stream.length },
    ...{ examples: 50 * stream.length, positives: 0.1, seeds, rates },
  }
  return { result, html: formatLearnersHtml(result, [], result) }
}
