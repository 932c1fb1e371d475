/**
 * @module Decides what a list shows (items, placeholders or an error) and what it reports (announcements, impressions),
 * for React and custom element.
 */
import type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { troubleText } from '../messages/lists.ts'
import type { ListState } from './listObserver.ts'

export const DEFAULT_LIMIT = 8

export interface ListEntry<TItem extends Item> {
  readonly item: TItem
  readonly recommendation: Recommendation
  /** Position in the list as shown, from 1. */
  readonly position: number
}

export interface ListView<TItem extends Item> {
  readonly loading: boolean
  readonly entries: readonly ListEntry<TItem>[]
  /** Number of placeholders to show until the first answer; 0 if the list shows items meanwhile. */
  readonly skeletons: number
  /** Whether the list has nothing to show, not even placeholders. */
  readonly isEmpty: boolean
  /** Message about an error; null without an error. */
  readonly trouble: string | null
}

interface ListOf<TItem extends Item> {
  readonly itemOf: (id: string) => TItem | undefined
  readonly words: Words<'trouble'>
  readonly limit: number
  /** Ids to show until the first answer, instead of placeholders. */
  readonly initialItems?: readonly string[]
  readonly transformItems?: (items: readonly Recommendation[]) => readonly Recommendation[]
}

/** View of a list in a given state; items that the page doesn't know are left out. */
export function viewOf<TItem extends Item>(
  state: ListState,
  { itemOf, words, limit, initialItems, transformItems }: ListOf<TItem>,
): ListView<TItem> {
  const loading = state.status === 'loading'
  const first = loading ? initialItems : undefined
  const items = first?.map(asGiven) ?? state.items
  const entries = (transformItems?.(items) ?? items)
    .flatMap((recommendation) => {
      const item = itemOf(recommendation.id)
      return item ? [{ recommendation, item }] : []
    })
    .slice(0, limit)
    .map((entry, place) => ({ ...entry, position: place + 1 }))
  const skeletons = loading && !first ? limit : 0
  return {
    loading,
    entries: skeletons > 0 ? [] : entries,
    skeletons,
    isEmpty: skeletons === 0 && entries.length === 0,
    trouble: state.code && troubleText(words, state.code),
  }
}

function asGiven(id: string, place: number): Recommendation {
  return { id, score: 0, rank: place + 1, baseRank: place + 1, reason: { kind: 'popular' } }
}

/** Id and position of a list's item, as measurements need them. */
export const placedOf = ({ item, position }: ListEntry<Item>) => ({ id: item.id, rank: position })

/** @param announce called when the sequence of items has changed and then stayed the same for a moment */
export function createListReporter(announce: () => void) {
  const announcer = createAnnouncer(announce)
  /** Latest sequence of the list's items; null while the list is loading. */
  let order: string | null = null
  let view: ListView<Item> | null = null
  /** Name, element and `measure` of the list that waits to come into view. */
  let unseen: readonly unknown[] = []
  let stopWaiting = () => {}

  function stop(): void {
    stopWaiting()
    announcer.stop()
    unseen = []
    order = null
  }

  return {
    /** Stops waiting for the list to come into view; `shows` starts waiting again. */
    stop,
    /**
     * Reports the items that are now on screen.
     * @param list name of the list in measurements
     * @param element the list on the page; null if it is not rendered
     * @returns whether the sequence of items changed
     */
    shows(
      next: ListView<Item>,
      list: string,
      element: Element | null,
      measure: ListMeasure | undefined,
    ): boolean {
      view = next
      const isShown = !next.loading && next.entries.length > 0
      const waited = isShown && measure && element ? [list, element, measure] : []
      if (waited.length !== unseen.length || waited.some((part, at) => part !== unseen[at])) {
        stopWaiting()
        unseen = waited
        stopWaiting =
          isShown && measure && element
            ? whenSeen(element, () => measure.shown(list, view?.entries.map(placedOf) ?? []))
            : () => {}
      }
      const now = next.loading ? null : next.entries.map(({ item }) => item.id).join('\n')
      if (now === order) return false
      order = now
      announcer.shows(now)
      return now !== null
    },
  }
}

const STILL_MS = 1000

/**
 * Announces a change of a list once, when the list has been still for a moment. The first list is never announced,
 * because the shopper did not cause it.
 */
export function createAnnouncer(announce: () => void) {
  let heard: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    /** @param order current sequence of the list's items; null while there is none */
    shows(order: string | null): void {
      clearTimeout(timer)
      if (order === null) return
      if (heard === null) heard = order
      // A list that has returned to the announced sequence has not changed.
      if (order === heard) return
      timer = setTimeout(() => {
        heard = order
        announce()
      }, STILL_MS)
    },
    stop: () => clearTimeout(timer),
  }
}

/** Share of the element that must be visible; if the element exceeds the screen, share of the screen that it fills. */
const SEEN = 0.5

/** Calls `seen` once the element is in view. @returns function that stops waiting */
function whenSeen(element: Element, seen: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      const isSeen = entries.some(
        ({ intersectionRatio, intersectionRect, rootBounds }) =>
          intersectionRatio >= SEEN ||
          intersectionRect.height >= SEEN * (rootBounds?.height ?? Infinity),
      )
      if (!isSeen) return
      observer.disconnect()
      seen()
    },
    { threshold: [0.1, 0.25, SEEN] },
  )
  observer.observe(element)
  return () => observer.disconnect()
}
