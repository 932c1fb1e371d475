/** @module Tells a shop's owner what a trial gained per thousand visitors, in orders and money, and what to do next. */
import type { OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import { count, fixed } from '../report/numbers.ts'
import type { MeasuredSales, Metric } from './measureSales.ts'

type Told = Omit<MeasuredSales, 'answer'>

/** Gain of the personal arm per thousand of its visitors. `lo` and `hi` come from the interval of the arms' ratio. */
interface Gain {
  readonly value: number
  readonly lo: number
  readonly hi: number
}

/** Gain in orders or revenue; null if the ratio, or an end of its interval, is unknown. */
function gainOf({ arms, metrics }: Told, metric: 'orders' | 'revenue'): Gain | null {
  const found = metrics.find((one) => one.metric === metric)
  const { personal } = arms
  if (!found?.ratio || !found.lo || !found.hi || personal.visitors === 0) return null
  const rate = (1000 * personal[metric]) / personal.visitors
  const gain = (ratio: number) => rate * (1 - 1 / ratio)
  return { value: gain(found.ratio), lo: gain(found.lo), hi: gain(found.hi) }
}

function gainInWords(gain: Gain, unit: string): string {
  const show = (value: number) => `${value > 0 ? '+' : ''}${fixed(value, 1)}`
  return `${show(gain.value)} ${unit} per thousand visitors, 95 % interval [${show(gain.lo)}, ${show(gain.hi)}]`
}

/** Formats a length in days; beyond ten years nobody needs the number. */
export const daysText = (days: number) => (days > 3650 ? 'over 10 years' : `${count(days)} days`)

export function answerOf(told: Told): OwnerAnswer {
  const { metrics, currency, plan, from, to } = told
  const provenOf = (metric: Metric) => metrics.find((one) => one.metric === metric)?.proven ?? null
  const [orders, revenue, refunds, margin] = (
    ['orders', 'revenue', 'refunds', 'margin'] as const
  ).map(provenOf)
  const harm = [
    ...(orders?.is === 'lower' ? ['fewer visitors order'] : []),
    ...(revenue?.is === 'lower' ? ['a visitor brings less money'] : []),
    ...(refunds?.is === 'higher' ? ['more money per order is refunded'] : []),
    ...(margin?.is === 'lower' ? ['the margin per visitor is lower'] : []),
  ]
  const gain = [
    ...(revenue?.is === 'higher' ? [`a visitor brings more money (since ${revenue.on})`] : []),
    ...(orders?.is === 'higher' ? [`more visitors order (since ${orders.on})`] : []),
  ]
  const [ordersGain, moneyGain] = [gainOf(told, 'orders'), gainOf(told, 'revenue')]
  const because = [
    `Trial from ${from} to ${to}; looking every day doesn’t weaken the proof`,
    ...(moneyGain ? [gainInWords(moneyGain, currency || 'of the currency')] : []),
    ...(ordersGain ? [gainInWords(ordersGain, 'orders')] : []),
    ...(moneyGain || ordersGain ? [] : ['There are too few orders for an interval']),
  ]
  if (harm.length > 0)
    return {
      light: 'red',
      answer: `Switch it off: with personal lists ${harm.join(', and ')}`,
      because,
      change: 'Find the cause first, then start a trial under a new name',
    }
  if (gain.length > 0)
    return {
      light: 'green',
      answer: `Keep it on: with personal lists ${gain.join(', and ')}`,
      because,
      change: 'Proof of fewer orders, less money or margin, or more refunds',
    }
  const needed = plan.trials.find(({ lift }) => lift === 0.05)
  return {
    light: 'amber',
    answer: 'Not yet: no difference in orders or money is proven',
    because,
    change: needed
      ? `More days: four of five trials prove a lift of 5 % within ${daysText(needed.days.orders)} (orders) or ${daysText(needed.days.revenue)} (money)`
      : 'Orders of both arms',
  }
}
