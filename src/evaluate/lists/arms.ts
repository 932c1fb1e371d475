/** @module Compares arms that switch list defaults on or off, and makes their lists. */
import type { Ranker, Scored } from '@nearside/core/ranking/ranker.ts'
import { LIST_LENGTH } from './quality.ts'

interface Rules {
  readonly own: boolean
  readonly perFamily?: number
  readonly diversify: boolean
  readonly meaning: string
}

const NONE = { own: false, perFamily: LIST_LENGTH, diversify: false }

const RULES = {
  plain: { ...NONE, meaning: 'the highest scores, whatever they are of' },
  'three of a family': { ...NONE, perFamily: 3, meaning: 'and no more, while there are others' },
  'two of a family': { ...NONE, perFamily: 2, meaning: 'likewise' },
  own: { ...NONE, own: true, meaning: 'without what was bought or lies in the basket' },
  varied: {
    ...NONE,
    diversify: true,
    meaning: 'each item of a category makes the next ones less likely',
  },
  'not varied': {
    own: true,
    diversify: false,
    meaning: 'two of a family, without what the shopper has',
  },
  defaults: { own: true, diversify: true, meaning: 'all three' },
} as const satisfies Record<string, Rules>

export type Arm = keyof typeof RULES

export const ARMS = Object.keys(RULES) as Arm[]

export const meaningOf = (arm: Arm): string => RULES[arm].meaning

/**
 * @param own ids of items the shopper already has
 * @param atHand ids that no arm shows
 * @returns rows, best first
 */
export function listOf(
  arm: Arm,
  ranker: Ranker,
  scored: Scored,
  own: readonly string[],
  atHand: readonly string[],
): number[] {
  const { own: isLeftOut, diversify, ...rest }: Rules = RULES[arm]
  const { perFamily } = rest
  const excludeIds = [...atHand, ...(isLeftOut ? own : [])]
  return ranker
    .recommend(scored, { limit: LIST_LENGTH, perFamily, diversify, excludeIds })
    .map(({ id }) => ranker.rowOf(id) ?? -1)
}
