/**
 * @module When a list is looked at: before the next case, and in the middle of a visit, after four looks
 * at things of one category. A log of orders holds no looks, so an order gives them: its first four of the
 * category that it has most of, and the rest is what is wanted.
 */
import type { Case, History } from '../../core/features/history.ts'

/** The suffix of a metric → what it means. */
export const SITUATIONS = {
  '': 'before the next order',
  '@looks=later': 'after four looks at one category, by who has been here before',
  '@looks=first': 'after four looks at one category, on a first visit',
} as const

export type Situation = keyof typeof SITUATIONS

export const ALL_SITUATIONS = Object.keys(SITUATIONS) as Situation[]

const LOOKS = 4
/** Of an order, besides what was looked at. */
const LEAST_WANTED = 3
const MINUTE = 60_000

export type Asked = Pick<Case, 'history' | 'time' | 'targets'>

/** Null where the case has no such situation. */
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
