/** @module Quality of a list beyond its hits. Pure functions. */

import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import { INTEREST_HALF_LIFE } from '@nearside/core/features/profile.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { DAY } from '@nearside/core/time.ts'

export const LIST_LENGTH = 10

export interface Facts {
  /** Item vectors, row-major [N, d]. */
  readonly itemVectors: Float32Array
  /** Family of each row; undefined: none. */
  readonly families: readonly (string | undefined)[]
  /** Category of each row; undefined: none. */
  readonly categories: readonly (string | undefined)[]
  /** Number of shoppers of each row as log1p, [N]. */
  readonly popularityAll: Float32Array
}

/** Mean over all pairs of 1 − cosine of the item vectors; 0 for a list without a pair. */
export function diversity(rows: readonly number[], { itemVectors }: Facts): number {
  const units = rows.map((row) =>
    unit(itemVectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)),
  )
  let sum = 0
  let pairs = 0
  for (let a = 0; a < units.length; a++)
    for (let b = 0; b < a; b++, pairs++)
      sum += 1 - units[a].reduce((dot, value, j) => dot + value * units[b][j], 0)
  return pairs > 0 ? sum / pairs : 0
}

/** Number of items beyond the second of their family. */
export function familyRepeats(rows: readonly number[], { families }: Facts): number {
  const counts = new Map<string, number>()
  let repeats = 0
  for (const row of rows) {
    const family = families[row]
    if (family === undefined) continue
    const count = (counts.get(family) ?? 0) + 1
    counts.set(family, count)
    if (count > 2) repeats++
  }
  return repeats
}

/** Novelty: mean of −log₂ of each item's share of all interest. Well-known items score low. */
export function novelty(rows: readonly number[], { popularityAll }: Facts): number {
  const all = popularityAll.reduce((sum, value) => sum + Math.expm1(value) + 1, 0)
  const news = rows.map((row) => -Math.log2((Math.expm1(popularityAll[row]) + 1) / all))
  return news.reduce((sum, value) => sum + value, 0) / Math.max(1, news.length)
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

/** Number of earlier interests that count, as many as the panel lists. */
const INTERESTS = 6

/**
 * Shares of a list by category: of the last visit, of the strongest earlier interests, and of neither. NaN if there
 * was only one visit.
 */
export function mix(
  rows: readonly number[],
  { categories }: Facts,
  history: History,
  now: number,
): { readonly current: number; readonly earlier: number; readonly discovery: number } {
  const last = history.at(-1)?.session
  const current = new Set(
    history.filter(({ session }) => session === last).map(({ item }) => categories[item]),
  )
  const strengths = new Map<string, number>()
  for (const { item, name, time, session } of history) {
    const category = categories[item]
    if (session === last || category === undefined) continue
    const strength = eventStrength(name) * 2 ** (-(now - time) / DAY / INTEREST_HALF_LIFE)
    strengths.set(category, (strengths.get(category) ?? 0) + strength)
  }
  const strongest = [...strengths].sort(([, a], [, b]) => b - a).slice(0, INTERESTS)
  const earlier = new Set(strongest.map(([category]) => category))
  const shareOf = (isIn: (category: string | undefined) => boolean) =>
    earlier.size > 0 ? rows.filter((row) => isIn(categories[row])).length / rows.length : Number.NaN
  return {
    current: shareOf((one) => current.has(one)),
    earlier: shareOf((one) => !current.has(one) && one !== undefined && earlier.has(one)),
    discovery: shareOf((one) => !current.has(one) && !(one !== undefined && earlier.has(one))),
  }
}

/** 1 if all items, or all but one, share a category; else 0. */
export function oneSubject(rows: readonly number[], { categories }: Facts): number {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const category = categories[row]
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values()) >= rows.length - 1 ? 1 : 0
}
