/** @module Conclusion of a trial for the shop's owner: gains in orders and money, and what to do next. */
import type { OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import { count, fixed } from '../report/numbers.ts'
import type { MeasuredSales, Metric } from './measureSales.ts'

type Told = Omit<MeasuredSales, 'answer'>

/**
 * Gain of the personal arm per thousand of its visitors, with the interval of the arms' ratio; empty if the ratio, or
 * an end of its interval, is unknown.
 */
function gainInWords({ arms, metrics }: Told, metric: 'orders' | 'revenue', unit: string) {
  const found = metrics.find((one) => one.metric === metric)
  const { personal } = arms
  if (!found?.ratio || !found.lo || !found.hi || personal.visitors === 0) return []
  const rate = (1000 * personal[metric]) / personal.visitors
  const [gain, lo, hi] = [found.ratio, found.lo, found.hi].map((ratio) => {
    const value = rate * (1 - 1 / ratio)
    return `${value > 0 ? '+' : ''}${fixed(value, 1)}`
  })
  return [`${gain} ${unit} per thousand visitors, 95 % interval [${lo}, ${hi}]`]
}

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
  const gains = [
    ...gainInWords(told, 'revenue', currency || 'of the currency'),
    ...gainInWords(told, 'orders', 'orders'),
  ]
  const because = [
    `Trial from ${from} to ${to}; looking every day doesn’t weaken the proof`,
    ...(gains.length > 0 ? gains : ['There are too few orders for an interval']),
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
