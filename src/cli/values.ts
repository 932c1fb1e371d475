/** @module Parses option values, or states which values are valid. */
import { InvalidArgumentError } from '@commander-js/extra-typings'

export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= from && number <= to) return number
    throw new InvalidArgumentError(`It takes a whole number from ${from} to ${to}.`)
  }

export const commaSeparated = (text: string) => text.split(',').map((one) => one.trim())

export const seed = wholeNumber(0, 2 ** 32 - 1)

/** Any number from `from` to `to`, both included. */
export const between =
  (from: number, to: number) =>
  (text: string): number => {
    const number = Number(text)
    if (number >= from && number <= to) return number
    throw new InvalidArgumentError(`It takes a number from ${from} to ${to}.`)
  }

/** Parses a day or a time; returns milliseconds since 1970. */
export function date(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new InvalidArgumentError('It takes a date like 2011-09-01.')
}

export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new InvalidArgumentError('It takes an http(s) URL.')
}
