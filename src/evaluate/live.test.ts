import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { type Counted, liveReport } from './live.ts'

interface Found {
  readonly versions: readonly {
    readonly version: string
    readonly lift: { relative: number; lo: number; hi: number } | null
    readonly interleaved: { followed: number; own: number; rate: number; lo: number; hi: number }
  }[]
}
const measured = (rows: readonly Counted[], units: 'shoppers' | null = 'shoppers') =>
  liveReport(rows, { units, left: 0 }).result as Found

const row = (part: Partial<Counted>): Counted => ({
  ...{ event: 'shown', arm: 'personal', model: '1', team: null, many: 1, unit: '' },
  ...part,
})

/**
 * Shoppers who see many lists and differ much in activity. On average, shoppers click in 20 % of the lists (hold-out)
 * or in 25 % (personal).
 */
function shoppers(seed: number): Counted[] {
  const random = createRandom(seed)
  return Array.from({ length: 400 }, (_, k) => {
    const arm = k % 2 ? 'personal' : 'hold-out'
    const keen = random.next() < 0.5 ? 0.1 : 1.9
    const rate = keen * (arm === 'personal' ? 0.25 : 0.2)
    const lists = 1 + random.integer(20)
    const followed = Array.from({ length: lists }, () => random.next() < rate).filter(Boolean)
    const unit = String(k)
    return [
      row({ arm, unit, many: lists }),
      row({ arm, unit, many: followed.length, event: 'followed' }),
    ]
  }).flat()
}

test('a 95 % interval over shoppers contains the true lift in 95 % of trials; an interval over lists does so less often', () => {
  const runs = Array.from({ length: 300 }, (_, seed) => shoppers(seed + 1))
  const covered = (units: 'shoppers' | null) =>
    runs.filter((rows) => {
      const asked = units ? rows : rows.map((one) => ({ ...one, unit: '' }))
      const { lift } = measured(asked, units).versions[0]
      return lift && lift.lo <= 0.25 && lift.hi >= 0.25
    }).length / runs.length
  // The tolerance is five standard errors around 95 %.
  expect(Math.abs(covered('shoppers') - 0.95)).toBeLessThan(0.063)
  expect(covered(null)).toBeLessThan(0.85)
})

test('the report has figures for all model versions together, then for each version in numeric order', () => {
  const many = (arm: string, model: string, shown: number, followed: number) => [
    row({ arm, model, many: shown }),
    row({ arm, model, many: followed, event: 'followed' }),
  ]
  const { versions } = measured(
    [
      ...many('personal', '10', 1000, 300),
      ...many('hold-out', '10', 1000, 200),
      ...many('personal', '9', 1000, 100),
      ...many('hold-out', '9', 1000, 19),
    ],
    null,
  )
  expect(versions.map(({ version }) => version)).toEqual(['all', '9', '10'])
  expect(versions.map(({ lift }) => lift && Number(lift.relative.toFixed(3)))).toEqual([
    0.826,
    null,
    0.5,
  ])
})

test('for interleaved lists, the report has the share of clicks on personal picks, with an interval from 0 to 1 for one shopper', () => {
  const pick = (team: 'personal' | 'base', many: number, unit = '') =>
    row({ arm: 'interleaved', event: 'followed', team, many, unit })
  const one = (rows: readonly Counted[]) => measured(rows).versions[0].interleaved
  const found = one([
    pick('personal', 60),
    pick('base', 40),
    row({ arm: 'interleaved', many: 900 }),
  ])
  expect(found).toMatchObject({ followed: 100, own: 60, rate: 0.6 })
  expect(found.hi - found.lo).toBeCloseTo(2 * 1.96 * Math.sqrt(0.24 / 100), 3)
  expect(one([pick('personal', 60, 'a'), pick('base', 40, 'a')])).toMatchObject({ lo: 0, hi: 1 })
  expect(measured([pick('personal', 9)]).versions[0].lift).toBeNull()
})
