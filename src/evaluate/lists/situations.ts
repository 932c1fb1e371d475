/**
 * @module Situations in which a list is viewed: before the next case, and during a visit, after four views in one
 * category. A log of orders has no views, so they are taken from an order: the first four items of its most
 * frequent category count as views, the other items as targets.
 */
import type { Case, History } from '@nearside/core/features/history.ts'

/** Suffix of a metric → its meaning. */
export const SITUATIONS = {
  '': 'before the next order',
  '@looks=later': 'after four looks at one category, by who has been here before',
  '@looks=first': 'after four looks at one category, on a first visit',
} as const

export type Situation = keyof typeof SITUATIONS

export const ALL_SITUATIONS = Object.keys(SITUATIONS) as Situation[]

const LOOKS = 4
/** Fewest items of an order that remain as targets. */
const LEAST_WANTED = 3
const MINUTE = 60_000

export type Asked = Pick<Case, 'history' | 'time' | 'targets'>

/** Null if the case has no such situation. */
export function situated(
  situation: Situation,
  one: Asked,
  categoryOf: (row: number) => string | undefined,
): Asked | null {
  if (situation === '') return one
  const { history, time, targets } = one
  const isFirst = situation === '@looks=first'
  if (!isFirst && history.length === 0) return null
  const ofCategory = (wanted: string) => targets.filter((row) => categoryOf(row) === wanted)
  const categories = new Set(targets.map(categoryOf).filter((one) => one !== undefined))
  const most = [...categories].map(ofCategory).reduce((a, b) => (b.length > a.length ? b : a), [])
  const looked = most.slice(0, LOOKS)
  const wanted = targets.filter((row) => !looked.includes(row))
  if (looked.length < LOOKS || wanted.length < LEAST_WANTED) return null
  const looks: History = looked.map((item, at) => ({
    item,
    name: 'view_item',
    time: time - (LOOKS - at) * MINUTE,
    session: `visit ${time}`,
  }))
  return { time, targets: wanted, history: isFirst ? looks : [...history, ...looks] }
}
