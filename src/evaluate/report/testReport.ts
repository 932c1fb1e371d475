/** @module Report of an invented replay, with a name that tries to inject HTML; tests only. */
import { createRandom } from '@nearside/core/model/random.ts'
import { METRICS, measure } from '@nearside/train/metrics.ts'
import { ARMS } from '../arms.ts'
import { summarise } from '../summary.ts'
import { type CaseResult, metricAt } from '../walk.ts'
import { page } from './page.ts'
import { personalParts } from './personal.ts'
import type { Report } from './report.ts'

export const HOSTILE = '</script><script>alert("1 & 2")</script>'

const ITEMS = 60

function madeUp(shoppers: number): CaseResult[] {
  const random = createRandom(5)
  return Array.from({ length: 3 * shoppers }, (_, k): CaseResult => {
    const base = Float32Array.from({ length: ITEMS }, () => 2 * random.normal())
    const personal = base.map((score) => score + 0.3 * random.normal())
    const targets = [random.integer(ITEMS), ITEMS - 1].filter((t, i, all) => all.indexOf(t) === i)
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
      owner: null,
      failures: [],
    }
  })
}

export function testReport(shoppers = 40) {
  const { arms, lifts, groups, ...rest } = summarise(madeUp(shoppers), 1)
  const result = { shop: HOSTILE, arms, lifts, detail: groups }
  const report: Report = {
    title: `Evaluation: ${HOSTILE}`,
    lead: ['Made up'],
    parts: personalParts({ arms, lifts, groups, ...rest }),
    notes: ['a <b>note</b>'],
  }
  return { result, report, html: page(report, result) }
}
