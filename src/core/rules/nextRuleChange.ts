/** @module Finds when rules next begin or end. Search in the page doesn't need this code. */
import { DAY } from '../time.ts'
import { type Rule, readDate } from './rule.ts'

/** The hour, weekday and holiday that rules can name change only at multiples of this many milliseconds. */
const BLOCK = DAY / 6

/** Time after `now` at which the clock can next begin or end a rule; infinite if there is none. */
export function nextRuleChange(rules: readonly Rule[], now: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { when } of rules) {
    const block = when?.context && (Math.floor(now / BLOCK) + 1) * BLOCK
    for (const time of [readDate(when?.from)?.begin, readDate(when?.until)?.end, block])
      if (time && time > now && time < next) next = time
  }
  return next
}
