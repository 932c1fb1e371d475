/** @module Computes how many days a trial takes to prove a lift of a given size. */
import { BETS, PROOF } from './armTest.ts'

interface Trial {
  /** Lift to prove, such as 0.05 for 5 %. */
  readonly lift: number
  /** Share of the visitors in the hold-out. */
  readonly share: number
  /** Number of orders a day in both arms. */
  readonly orders: number
  /** Mean square of the weights over the square of their mean; 1 for counts. */
  readonly spread: number
}

/** 80 % quantile of the standard normal distribution, so that four of five trials prove the lift in time. */
const POWER = 0.8416

/**
 * Number of days, looked at daily, after which four of five trials have proved the lift. The best bet's log wealth is
 * about half the square of the standardised difference, and the mixture's at most log(number of bets) below it.
 */
export function daysNeeded({ lift, share, orders, spread }: Trial): number {
  const needed = Math.sqrt(2 * (PROOF + Math.log(BETS.length))) + POWER
  const variance = spread / (orders * share * (1 - share))
  return Math.ceil((variance * needed ** 2) / Math.log1p(lift) ** 2)
}

/** Mean square over squared mean; 1 if all weights are 0. */
export function spreadOf(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  return sum > 0 ? (weights.length * squares) / sum ** 2 : 1
}
