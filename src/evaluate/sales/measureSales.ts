/** @module Compares the sales of a trial's two arms, and plans how long a trial must run. */
import { invalidInput } from '@nearside/core/error.ts'
import type { OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import { DAY } from '@nearside/core/time.ts'
import { answerOf } from './answer.ts'
import { type ArmDay, type Compared, compareArms, daysNeeded, spreadOf } from './armTest.ts'
import type { Sale, SaleArm, Sales, Visitors } from './readSales.ts'

const PLANNED_LIFTS = [0.02, 0.05, 0.1, 0.2]
const PLANNED_SHARES = [0.05, 0.1, 0.2, 0.5]
/** Minimum number of customers' first orders in each arm for a comparison of a department. */
const LEAST_ORDERS = 20
const MOST_DEPARTMENTS = 20

interface ArmSales {
  /** Number of visitors; each counts once for each day with a visit. */
  readonly visitors: number
  readonly orders: number
  readonly revenue: number
  /** Refunded money; null if the file has no such column; `margin` likewise. */
  readonly refunds: number | null
  readonly margin: number | null
}

export type Metric = 'orders' | 'revenue' | 'refunds' | 'margin'

/** Ratio of the personal arm to the hold-out: of sums per visitor, or of refunds per order. */
export interface MetricResult extends Omit<Compared, 'proven'> {
  readonly metric: Metric
  /** First day on which the difference was proven; null if it is not proven. */
  readonly proven: { readonly is: 'higher' | 'lower'; readonly on: string } | null
}

/** Days that a trial takes to prove `lift` in orders and in revenue, if `share` of the visitors are in the hold-out. */
interface PlannedTrial {
  readonly share: number
  readonly lift: number
  readonly days: { readonly orders: number; readonly revenue: number }
}

export interface SalesPlan {
  readonly from: string
  readonly to: string
  readonly ordersADay: number
  readonly trials: readonly PlannedTrial[]
}

export interface MeasuredSales {
  readonly kind: 'sales'
  readonly from: string
  readonly to: string
  readonly currency: string
  readonly arms: Readonly<Record<SaleArm, ArmSales>>
  readonly metrics: readonly MetricResult[]
  readonly departments: readonly ({ readonly name: string } & Omit<MetricResult, 'metric'>)[]
  readonly plan: SalesPlan
  /** Share of the visitors whose browser's store was empty; null if the shop doesn't count them. */
  readonly emptyStores: number | null
  /** Number of orders without an arm. */
  readonly without: number
  /** Number of orders that aren't the first of their customer, and so don't count. */
  readonly repeated: number
  /** Number of customers who ordered in both arms. */
  readonly inBothArms: number
  readonly hasCustomers: boolean
  readonly answer: OwnerAnswer
}

/** Plans a trial from orders before it, which name no arm. */
export const planSales = ({ sales }: Sales): SalesPlan =>
  planOf(sales.filter(({ isFirst }) => isFirst))

/** @throws NearsideError `input-invalid` if a day of the trial lacks visitors of an arm */
export function measureSales(
  { sales, currency, hasCustomers, inBothArms }: Sales,
  visitors: ReadonlyMap<string, Visitors>,
): MeasuredSales {
  const carried = sales.filter((sale) => sale.arm !== null)
  const dates = daysOf(carried, visitors)
  const counted = carried.filter(({ day }) => visitors.has(day))
  const first = counted.filter(({ isFirst }) => isFirst)
  const byDay = new Map<string, Sale[]>(dates.map((day) => [day, []]))
  for (const sale of first) byDay.get(sale.day)?.push(sale)
  const compare = (weightOf: (sale: Sale) => number, isSigned = false) =>
    named(compareArms(armDays(dates, visitors, byDay, weightOf), isSigned), dates)
  const arms = { personal: armSales('personal'), 'hold-out': armSales('hold-out') } as const
  const metrics: MetricResult[] = [
    { metric: 'orders', ...compare(() => 1) },
    { metric: 'revenue', ...compare(({ revenue }) => revenue) },
    ...(arms.personal.refunds === null ? [] : [refundsAnOrder(dates, byDay)]),
    ...(arms.personal.margin === null
      ? []
      : [{ metric: 'margin' as const, ...compare(({ margin }) => margin ?? 0, true) }]),
  ]
  const names = new Set(first.flatMap(({ departments }) => [...departments.keys()]))
  const sold = (name: string, arm: SaleArm) =>
    first.filter((sale) => sale.arm === arm && sale.departments.has(name)).length
  const departments = [...names]
    .filter((name) => Math.min(sold(name, 'personal'), sold(name, 'hold-out')) >= LEAST_ORDERS)
    .sort((a, b) => sold(b, 'personal') - sold(a, 'personal'))
    .slice(0, MOST_DEPARTMENTS)
    .map((name) => ({ name, ...compare(({ departments }) => departments.get(name) ?? 0) }))
  const all = [...visitors.values()]
  const everybody = arms.personal.visitors + arms['hold-out'].visitors
  const isCounted = all.every(({ emptyStores }) => emptyStores !== null)
  const measured = {
    kind: 'sales' as const,
    from: dates[0],
    to: dates[dates.length - 1],
    currency,
    arms,
    metrics,
    departments,
    plan: planOf(first, arms['hold-out'].visitors / everybody, dates.length),
    emptyStores: isCounted ? total(all, ({ emptyStores }) => emptyStores ?? 0) / everybody : null,
    without: sales.filter(({ arm, day }) => arm === null && visitors.has(day)).length,
    repeated: counted.length - first.length,
    inBothArms,
    hasCustomers,
  }
  return { ...measured, answer: answerOf(measured) }

  function armSales(arm: SaleArm): ArmSales {
    const own = counted.filter((sale) => sale.arm === arm)
    const given = (of: (sale: Sale) => number | null) =>
      sales.every((sale) => of(sale) !== null) ? total(own, (sale) => of(sale) ?? 0) : null
    return {
      visitors: total([...visitors.values()], (one) => one[arm]),
      orders: own.length,
      revenue: total(own, ({ revenue }) => revenue),
      refunds: given(({ refund }) => refund),
      margin: given(({ margin }) => margin),
    }
  }
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0)
}

/** Days of the trial, ascending: all days with a number of visitors. */
function daysOf(sales: readonly Sale[], visitors: ReadonlyMap<string, Visitors>): string[] {
  const dates = [...visitors.keys()].sort()
  const isLacking = (day: string) => {
    const counts = visitors.get(day)
    return !counts || counts.personal === 0 || counts['hold-out'] === 0
  }
  const lacking = [...new Set([...dates, ...sales.map(({ day }) => day)])].filter(isLacking).sort()
  if (lacking.length === 0 && dates.length > 0) return dates
  throw invalidInput(
    lacking.length > 0
      ? `visitors of both arms are missing on ${lacking.slice(0, 5).join(', ')}${lacking.length > 5 ? ` and ${lacking.length - 5} more days` : ''}: count them for every day of the trial, or leave these days out of both files`
      : 'the visitors file has no row with an arm',
  )
}

function armDays(
  dates: readonly string[],
  visitors: ReadonlyMap<string, Visitors>,
  byDay: ReadonlyMap<string, readonly Sale[]>,
  weightOf: (sale: Sale) => number,
): ArmDay[] {
  return dates.map((day) => {
    const counts = visitors.get(day)
    const sales = byDay.get(day) ?? []
    return {
      visitors: { personal: counts?.personal ?? 0, holdOut: counts?.['hold-out'] ?? 0 },
      weights: sales.map(weightOf),
      isPersonal: sales.map(({ arm }) => arm === 'personal'),
    }
  })
}

/** Compares refunds per order, because more orders bring more refunds without any harm. */
function refundsAnOrder(
  dates: readonly string[],
  byDay: ReadonlyMap<string, readonly Sale[]>,
): MetricResult {
  const days = dates.flatMap((day) => {
    const sales = byDay.get(day) ?? []
    const isPersonal = sales.map(({ arm }) => arm === 'personal')
    const personal = isPersonal.filter(Boolean).length
    const visitors = { personal, holdOut: sales.length - personal }
    // A day on which one arm has no orders allows no comparison.
    if (Math.min(visitors.personal, visitors.holdOut) === 0) return []
    return [{ day, visitors, isPersonal, weights: sales.map(({ refund }) => refund ?? 0) }]
  })
  const dated = days.map(({ day }) => day)
  return { metric: 'refunds', ...named(compareArms(days), dated) }
}

const named = ({ proven, ...found }: Compared, dates: readonly string[]) => ({
  ...found,
  proven: proven && { is: proven.is, on: dates[proven.day] },
})

/**
 * @param share share of the visitors in the trial's hold-out; default: several shares are planned
 * @param given number of days of the trial; default: the days that the orders span
 */
function planOf(sales: readonly Sale[], share?: number, given?: number): SalesPlan {
  const dates = sales.map(({ day }) => day).sort()
  const [from, to] = [dates[0] ?? '', dates[dates.length - 1] ?? '']
  const days = given ?? 1 + (Date.parse(to) - Date.parse(from)) / DAY
  const ordersADay = sales.length / days
  const spread = spreadOf(sales.map(({ revenue }) => revenue))
  const shares = share === undefined ? PLANNED_SHARES : [share]
  const trials = shares.flatMap((share) =>
    PLANNED_LIFTS.map((lift) => {
      const days = (spread: number) => daysNeeded({ lift, share, orders: ordersADay, spread })
      return { share, lift, days: { orders: days(1), revenue: days(spread) } }
    }),
  )
  return { from, to, ordersADay, trials: ordersADay > 0 ? trials : [] }
}
