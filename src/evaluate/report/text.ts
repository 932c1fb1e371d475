/** @module Numbers and text as the page shows them. */
import type { Lift } from '../bootstrap.ts'

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export function decimal(value: number): string {
  return signed(value, 4, '')
}

export function nats(value: number): string {
  return signed(value, 3, '')
}

export function count(value: number): string {
  return value.toLocaleString('en-GB')
}

/** `+2.3 %`; no sign at 0.0. */
export function percent(share: number, digits = 1): string {
  return `${signed(share * 100, digits, '+')} %`
}

/** `[+1.5, +3.2]`, in per cent. */
export function interval({ lo, hi }: Pick<Lift, 'lo' | 'hi'>, digits = 1): string {
  return `[${signed(lo * 100, digits, '+')}, ${signed(hi * 100, digits, '+')}]`
}

export function lift(one: Lift | undefined, digits = 1): string {
  return one ? `${percent(one.relative, digits)} ${interval(one, digits)}` : '–'
}

/** `−0.0123 [−0.0200, −0.0100]`. */
export function difference(one: { difference: number; lo: number; hi: number }): string {
  return `${signed(one.difference, 4, '+')} [${signed(one.lo, 4, '+')}, ${signed(one.hi, 4, '+')}]`
}

/** A share that may be tiny: two digits that count. */
export function share(value: number): string {
  if (value === 0) return '0'
  return value < 0.001 ? value.toExponential(1).replace('-', '−') : value.toPrecision(2)
}

function signed(value: number, digits: number, plus: '' | '+'): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return `${value < 0 ? '−' : plus}${text}`
}
