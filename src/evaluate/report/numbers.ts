/** @module Numbers as people read them, the same in a terminal, in Markdown and on the page. */

/** With a minus sign, and no "−0". */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) > 0 ? `−${text}` : text
}

/** `.2332`: metrics lie between 0 and 1. */
export function decimal(value: number): string {
  return fixed(value, 4).replace(/^(−?)0\./, '$1.')
}

/** `+.0042`, or `0` for none. */
export function change(value: number): string {
  const text = decimal(value)
  if (text === '.0000') return '0'
  return value > 0 ? `+${text}` : text
}

/** `.2332 [.2101, .2560]` */
export function estimate({ mean, lo, hi }: Estimate, show: (value: number) => string = decimal) {
  return `${show(mean)} [${show(lo)}, ${show(hi)}]`
}

export interface Estimate {
  readonly mean: number
  /** Ends of the 95 % percentile interval. */
  readonly lo: number
  readonly hi: number
}

/** `+2.3 % [+1.5, +3.2]`; a dash where the arm compared against is at 0. */
export function lift(
  one: { readonly relative: number; readonly lo: number; readonly hi: number } | undefined | null,
): string {
  if (!one) return '–'
  return `${percent(one.relative)} % [${percent(one.lo)}, ${percent(one.hi)}]`
}

function percent(share: number): string {
  const text = fixed(100 * share, 1)
  return share > 0 && text !== '0.0' ? `+${text}` : text
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

/** `12.3 %` */
export function share(value: number): string {
  return `${fixed(100 * value, 1)} %`
}
