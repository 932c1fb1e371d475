/**
 * @module Remembers the last list that the home page showed in this visit, and the actions since, so that the page can
 * explain what changed. The list and the actions are in memory only. Forgetting clears list and actions, and so does
 * shopping for somebody else.
 */
import type { CaptureInput, Recommendation } from '../../index.ts'
import { createSignal } from '../signal.ts'
import { createStored, who } from '../stored.ts'

/** Answers that a shopper gives in the menu of a listed product. */
const ANSWERS = ['less_like_this', 'not_for_me', 'have_this'] as const
/** Events that count as an action, strongest first. A view counts, but not the click that led to it. */
const VERBS = [
  ...ANSWERS,
  ...(['purchase', 'add_to_cart', 'add_to_wishlist', 'search', 'view_item'] as const),
] as const

export const isAnswer = (name: string): boolean => (ANSWERS as readonly string[]).includes(name)

export interface Action {
  readonly verb: (typeof VERBS)[number]
  /** Id of an item, or the words of a search. */
  readonly about: string
}

interface Visit {
  /** The list that the home page showed last; null before the first list, and after the shopper forgot something. */
  readonly before: readonly Recommendation[] | null
  /** Time at which the list `before` came on screen, milliseconds since the epoch. */
  readonly since: number
  /** Actions since that time, latest first, each action once. */
  readonly done: readonly Action[]
  /** Number of views in the whole visit. */
  readonly looks: number
}

const BEGIN: Visit = { before: null, since: 0, done: [], looks: 0 }

export const visit = createSignal(BEGIN)
who.subscribe(() => visit.set(BEGIN))

/**
 * How many of the first visit's notes (`Passing.tsx`) this device has shown; 0 again after the shopper erased
 * everything.
 */
export const told = createStored<0 | 1 | 2>(
  'nearside-shop.told',
  (value) => (value === 1 || value === 2 ? value : 0),
  'note',
)

export function noteAction({ name, item_id, items = [], search_term }: CaptureInput): void {
  const verb = VERBS.find((one) => one === name)
  const about = verb === 'search' ? search_term : (item_id ?? items[0]?.item_id)
  if (!verb || !about) return
  const now = visit.get()
  const same = now.done.find((action) => action.about === about)
  const stronger = same && VERBS.indexOf(same.verb) < VERBS.indexOf(verb) ? same.verb : verb
  visit.set({
    ...now,
    done: [{ verb: stronger, about }, ...now.done.filter((action) => action !== same)],
    looks: now.looks + (verb === 'view_item' ? 1 : 0),
  })
}

/**
 * Call this when the shopper leaves the home page. When the shopper returns there, the page compares its list with the
 * list shown now.
 */
export function rememberShown(before: readonly Recommendation[], since: number): void {
  visit.set({ ...visit.get(), before, since, done: [] })
}

/**
 * Call this after the shopper forgot something. Forgetting changes the list, and the page must not explain that change
 * by actions.
 */
export function forgetShown(): void {
  visit.set({ ...visit.get(), before: null, done: [] })
}

export function forgetVisit(): void {
  visit.set(BEGIN)
  told.clear()
}
