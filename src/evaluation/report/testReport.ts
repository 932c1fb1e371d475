/** @module A report of a made-up walk, with a name that tries to break out of it; tests only. */
import { createRandom } from '../../model/random.ts'
import { ARMS } from '../arms.ts'
import { measureDetail } from '../detail/caseDetail.ts'
import { summariseDetail } from '../detail/detail.ts'
import { METRICS, measure } from '../metrics.ts'
import { summarise } from '../summary.ts'
import { type CaseResult, metricAt } from '../walk.ts'
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
