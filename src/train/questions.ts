/** @module The questions that an evaluation asks of a case: which items are ranked, and which of them are targets. */
import type { Wanted } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import { hiding } from './metrics.ts'

/**
 * Suffixes of metrics by question. With `:repeat`, only products in the shopper's history are ranked; with `:new`, only
 * products outside it.
 */
export const SUFFIXES = ['', ':repeat', ':new'] as const

export type Suffix = (typeof SUFFIXES)[number]

interface Asked {
  readonly suffix: Suffix
  readonly targets: readonly number[]
  /** Non-zero for items that the ranking leaves out, [N]. */
  readonly excluded: Uint8Array
}

/**
 * Questions for which this case has a target.
 * @param history events that the compared rankings know
 */
export function questionsOf({ targets, hidden }: Wanted, history: History, items: number): Asked[] {
  const excluded = hiding(items, hidden)
  const had = excluded.slice()
  for (const { item } of history) had[item] = 1
  const neverHad = had.map((one, item) => 1 - one || excluded[item])
  const asked: Asked[] = [
    { suffix: '', targets, excluded },
    { suffix: ':repeat', targets: targets.filter((item) => had[item]), excluded: neverHad },
    { suffix: ':new', targets: targets.filter((item) => !had[item]), excluded: had },
  ]
  return asked.filter(({ targets }) => targets.length > 0)
}
