import { expect, it } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import { CLICK_SETTINGS, runClickPeriods } from './clickPeriods.ts'
import { FIRST_WEIGHTS, onlyKnown, placeOf, sampleTable } from './clickRanker.ts'
import { ClickTerms, TERMS } from './clickTerms.ts'
import { summarisePeriods } from './results.ts'
import { type Session, SessionCounts } from './sessionCounts.ts'

const ITEMS = 60

/** Sessions that follow a chain of items; from period 3 on, another chain. */
function chains(periods: number): Session[][] {
  return Array.from({ length: periods }, (_, p) =>
    Array.from({ length: ITEMS }, (_, start) =>
      Array.from({ length: 4 }, (_, k) => (start + k * (p < 3 ? 1 : 7)) % ITEMS),
    ),
  )
}

/** One gradient step: enough to go through the motions. */
const fit = (_: unknown, centre: Float64Array) => ({ weights: centre, steps: 1 })

async function run(periods: Session[][], testedShare = 1, share = 1) {
  let time = 0
  return runClickPeriods(ITEMS, periods, {
    settings: { ...CLICK_SETTINGS, share },
    seeds: [1, 2],
    testedShare,
    fit,
    clock: () => time++,
    onProgress: async () => {},
  })
}

it('who forgets follows a change, who is frozen does not, and the cost is counted', async () => {
  const { results, asked } = await run(chains(6))
  const arms = summarisePeriods(results, 'full', createRandom(1), (period) => period >= 4)
  const of = (name: string) => arms.find((arm) => arm.name === name)!
  expect(of('latest').metrics['mrr@20'].mean).toBeGreaterThan(
    of('frozen').metrics['mrr@20'].mean + 0.2,
  )
  expect(of('incremental').metrics['mrr@20'].mean).toBeGreaterThan(
    of('full').metrics['mrr@20'].mean,
  )
  expect(of('frozen').work.events).toBe(0)
  // Four updates of 240 clicks, against 2, 3, 4 and 5 periods counted again.
  expect(of('incremental').work.events).toBe(4 * 240)
  expect(of('full').work.events).toBe((2 + 3 + 4 + 5) * 240)
  expect(of('full').overReference).toBeNull()
  expect(of('incremental-counts').work).toMatchObject({ events: 4 * 240, cases: 0, rows: 0 })
  // In the first changed period nothing speaks for most answers: they teach no weight.
  expect(of('incremental').work.cases).toBe(4 * 180 - 120)
  const { mean, lo, hi } = of('incremental').metrics['recall@20']
  expect(lo).toBeLessThanOrEqual(mean)
  expect(hi).toBeGreaterThanOrEqual(mean)
  expect(asked.map(({ cases }) => cases)).toEqual([180, 180, 180, 180, 180])
})

it('an update describes about a share of the cases that training again on everything would', async () => {
  const { results } = await run(chains(6), 1, 0.1)
  const arms = summarisePeriods(results, 'full', createRandom(1))
  const cases = (name: string) => arms.find((arm) => arm.name === name)!.work.cases
  expect(cases('incremental')).toBeGreaterThan(0.05 * cases('full'))
  expect(cases('incremental')).toBeLessThan(0.12 * cases('full'))
  expect(cases('latest')).toBeGreaterThan(0.2 * cases('full'))
})

it('tests a share of the sessions, evenly spread', async () => {
  const { asked } = await run(chains(3), 0.25)
  expect(asked.map(({ cases }) => cases)).toEqual([45, 45])
})

it('leaves unknown items out of a session, then sessions of one click', () => {
  const known = Uint8Array.of(1, 1, 0)
  expect(
    onlyKnown(
      [
        [0, 2, 1],
        [2, 0],
        [1, 1],
      ],
      known,
    ),
  ).toEqual([
    [0, 1],
    [1, 1],
  ])
})

it('describes a case by the counts, its answer last in no order that gives it away', () => {
  const counts = new SessionCounts(ITEMS)
  counts.add([
    [0, 1],
    [0, 1],
    [0, 2],
    [5, 6],
  ])
  const terms = new ClickTerms(ITEMS)
  const { items, values } = terms.of(counts, [3, 0], 2)
  const value = (item: number, term: (typeof TERMS)[number]) =>
    values[items.indexOf(item) * TERMS.length + TERMS.indexOf(term)]
  expect(value(1, 'following')).toBeGreaterThan(value(2, 'following'))
  expect(value(6, 'following')).toBe(0)
  expect(value(0, 'isLast')).toBe(1)
  expect(value(3, 'earlierInSession')).toBe(1)
  expect(values.every(Number.isFinite)).toBe(true)
  const table = sampleTable(terms, counts, [[0, 1]], 10, createRandom(1))
  expect(table.target.reduce((a, b) => a + b, 0)).toBe(1)
  expect(table.cases.length).toBe(1)
})

it('ranks ties by row and puts what nothing speaks for behind', () => {
  const flat = new Float32Array(2 * TERMS.length)
  expect(placeOf(FIRST_WEIGHTS, { items: [4, 2], values: flat }, 4)).toBe(1)
  expect(placeOf(FIRST_WEIGHTS, { items: [4, 2], values: flat }, 2)).toBe(0)
  expect(placeOf(FIRST_WEIGHTS, { items: [4, 2], values: flat }, 9)).toBeNull()
})
