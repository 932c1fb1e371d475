/**
 * @module What the home page showed last in this visit and what the shopper has done since, so that it
 * can say what moved and why. Lives as long as the page, and is dropped with what is forgotten.
 */
import type { CaptureInput, Recommendation } from '../../index.ts'
import { createSignal } from '../signal.ts'
import { createStored } from '../stored.ts'

/** What a shopper would call something done, the strongest first: each look, not also the click that led to it. */
const VERBS = ['purchase', 'add_to_cart', 'add_to_wishlist', 'search', 'view_item'] as const

export interface Action {
  readonly verb: (typeof VERBS)[number]
  /** Id of an item, or the words of a search. */
  readonly about: string
}

interface Visit {
  /** The list as the home page showed it last; null before, and after something was forgotten. */
  readonly before: readonly Recommendation[] | null
  /** When that came on screen, milliseconds since the epoch. */
  readonly since: number
  /** Since then, the latest first, each thing once. */
  readonly done: readonly Action[]
  /** Looks of the whole visit. */
  readonly looks: number
}

const BEGIN: Visit = { before: null, since: 0, done: [], looks: 0 }

export const visit = createSignal(BEGIN)

/** How much of the story this device has heard; a stranger again, after all was erased, hears it again. */
export const told = createStored<0 | 1 | 2>(
  'nearside-shop.told',
  (value) => (value === 1 || value === 2 ? value : 0),
  'shop',
)

/** @param event as it is captured */
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

/** The home page is left: what it showed, since then, is what the next one is compared with. */
export function rememberShown(before: readonly Recommendation[], since: number): void {
  visit.set({ ...visit.get(), before, since, done: [] })
}

/** A list that changes because something was forgotten changes by nothing that was done. */
export function forgetShown(): void {
  visit.set({ ...visit.get(), before: null, done: [] })
}

/** After everything was erased. */
export function forgetVisit(): void {
  visit.set(BEGIN)
  told.set(0)
}
