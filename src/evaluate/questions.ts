/**
 * @module The questions that a ranking answers for one case: the items that it ranks, and those that it should find.
 * A metric's suffix names the question.
 */
import type { History } from '@nearside/core/features/history.ts'
import type { AskedCase, EvaluationInput } from './cases.ts'
import type { Walk } from './walk.ts'

/**
 * Questions by suffix. None: every target, among all items. `:next`: the next different product, where one is at hand;
 * that is neither ranked nor a target. The other two part the headline's targets: `:repeat` has those that the shopper
 * has had, ranked among what they have had; `:new` has the rest, ranked among the rest.
 */
export const SUFFIXES = ['', ':next', ':repeat', ':new'] as const

export type Suffix = (typeof SUFFIXES)[number]

/** Question of the headline: a list never shows the item at hand, but orders have no item at hand. */
export type Headline = Extract<Suffix, '' | ':next'>

/** A log of days does not show what was at hand. */
export function headlineOf({
  kinds,
  target,
  dayOnly,
}: Pick<EvaluationInput, 'kinds' | 'target' | 'dayOnly'>): Headline {
  return kinds.others && target === 'any' && !dayOnly ? ':next' : ''
}

export interface Wanted {
  readonly targets: readonly number[]
  /** Item that is not ranked; null: every item is. */
  readonly hidden: number | null
}

type Visited = Pick<AskedCase, 'targets' | 'atHand'>

/** Targets of the headline's question; none at the start of a visit if it is `:next`. */
export function headlineTargets({ targets, atHand }: Visited, headline: Headline): Wanted {
  if (headline === '') return { targets, hidden: null }
  const others = atHand === null ? [] : targets.filter((item) => item !== atHand)
  return { targets: others, hidden: atHand }
}

/** Suffixes of the metrics that a log has; `:next` only where it is the headline. */
export function suffixesOf(headline: Headline): readonly Suffix[] {
  return SUFFIXES.filter((suffix) => suffix !== ':next' || headline === ':next')
}

interface Asked {
  readonly suffix: Suffix
  readonly targets: readonly number[]
  /** Items that are not ranked, [N]; absent: none. */
  readonly excluded?: Uint8Array
}

/** Questions that have a target in this case. @param history what the arms know */
export function questionsOf(
  one: Visited,
  { history }: { readonly history: History },
  { headline, model }: Pick<Walk, 'headline' | 'model'>,
): Asked[] {
  const items = model.itemIds.length
  const { targets, hidden } = headlineTargets(one, headline)
  const had = new Uint8Array(items)
  for (const { item } of history) had[item] = 1
  const neverHad = had.map((one) => 1 - one)
  const shown = new Uint8Array(items)
  if (hidden !== null) for (const rows of [had, neverHad, shown]) rows[hidden] = 1
  const asked: Record<Suffix, Omit<Asked, 'suffix'>> = {
    '': { targets: one.targets },
    ':next': { targets, excluded: shown },
    ':repeat': { targets: targets.filter((item) => had[item]), excluded: neverHad },
    ':new': { targets: targets.filter((item) => !had[item]), excluded: had },
  }
  return suffixesOf(headline)
    .map((suffix) => ({ suffix, ...asked[suffix] }))
    .filter(({ targets }) => targets.length > 0)
}
