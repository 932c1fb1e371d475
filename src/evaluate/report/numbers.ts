/** @module Formats numbers for people. */
import type { Estimate, Lift } from '../results.ts'
import type { countWorse } from '../shoppersWorse.ts'

/** Formats a number with a real minus sign, and never shows "−0". */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) > 0 ? `−${text}` : text
}

/** Formats a metric between 0 and 1 as `.2332`. */
export function decimal(value: number): string {
  return fixed(value, 4).replace(/^(−?)0\./, '$1.')
}

/** Formats a metric with its interval as `.2332 [.2101, .2560]`. */
export function estimate({ mean, lo, hi }: Estimate): string {
  return `${decimal(mean)} [${decimal(lo)}, ${decimal(hi)}]`
}

/** Formats a lift as `+2.3 % [+1.5, +3.2]`; a dash if the reference arm is at 0. */
export function lift(one: Lift | undefined | null): string {
  if (!one) return '–'
  return `${percent(one.relative)} % [${percent(one.lo)}, ${percent(one.hi)}]`
}

function percent(share: number): string {
  const text = fixed(100 * share, 1)
  return share > 0 && text !== '0.0' ? `+${text}` : text
}

/** Formats a number of shoppers as `3 of 40 testable`. A dash if no shopper is testable, because "0" would mislead. */
export function worseShoppers({ significant, testable }: ReturnType<typeof countWorse>): string {
  return testable > 0 ? `${significant} of ${testable} testable` : '– (0 testable)'
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

/** Formats as `12.3 %`. */
export function share(value: number): string {
  return `${fixed(100 * value, 1)} %`
}
