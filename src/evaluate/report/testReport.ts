/** @module Makes a report of made-up results for tests, with a name that tries to inject HTML. */
import { createRandom } from '@nearside/core/model/random.ts'
import { METRICS, measure } from '@nearside/train/metrics.ts'
import { ARMS } from '../arms.ts'
import { Rows } from '../rows.ts'
import { summarise } from '../summary.ts'
import type { WalkedCase } from '../walk.ts'
import { page } from './page.ts'
import { personalParts } from './personal.ts'
import type { Report } from './report.ts'

export const HOSTILE = '</script><script>alert("1 & 2")</script>'

const ITEMS = 60

function madeUp(shoppers: number): Rows<WalkedCase> {
  const random = createRandom(5)
  const rows = new Rows<WalkedCase>()
  for (let k = 0; k < 3 * shoppers; k++) {
    const base = Float32Array.from({ length: ITEMS }, () => 2 * random.normal())
    const personal = base.map((score) => score + 0.3 * random.normal())
    const targets = [random.integer(ITEMS), ITEMS - 1].filter((t, i, all) => all.indexOf(t) === i)
    rows.begin({
      shopper: `s${Math.floor(k / 3)}`,
      time: Date.UTC(2024, k % 3, 5),
      place: 1 + (k % 8),
      guardActive: true,
      failures: [],
    })
    ARMS.forEach((arm, a) => {
      const scores = arm === 'personal' ? personal : base.map((score) => score + a * 0.01)
      for (const [m, value] of measure(scores, targets).entries())
        for (const metric of [METRICS[m], `${METRICS[m]}:new`]) rows.put({ arm, metric }, value)
    })
  }
  return rows
}

export function testReport(shoppers = 40) {
  const { arms, lifts, visit, ...rest } = summarise(madeUp(shoppers), 1)
  const result = { shop: HOSTILE, arms, lifts, detail: visit }
  const report: Report = {
    title: `Evaluation: ${HOSTILE}`,
    lead: ['Made up'],
    parts: personalParts({ arms, lifts, visit, ...rest }),
    notes: ['a <b>note</b>'],
  }
  return { result, report, html: page(report, result) }
}
