/**
 * @module A heading and a list that follows the personalizer. It shows skeletons of the same size first, then the
 * items, and announces changes politely. Each list widget is this section with its own query.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListOptions, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { type ComponentType, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { troubleText } from '../messages/lists.ts'
import { type Announcer, createAnnouncer } from './announcer.ts'
import { usePersonalizationContext } from './context.ts'
import { ItemCard, type ItemComponentProps } from './ItemCard.tsx'
import type { ListState } from './listObserver.ts'
import { useImpression } from './useImpression.ts'

/** Options of a list that every widget takes as props of the same names. */
export const LIST_OPTIONS = [
  'order',
  'exclude',
  'excludeIds',
  'category',
  'diversify',
  'distinct',
  'page',
  'rules',
] as const

/** Props of `Recommendations` and of every other list. `TItem` is the type of the shop's products. */
export interface RecommendationsProps<TItem extends Item = Item>
  extends Pick<ListOptions, (typeof LIST_OPTIONS)[number]> {
  /** Title; default: from the labels. */
  readonly title?: string
  /** Name of the list in measurements. Default: its kind, e.g. `forYou`, `similar`. */
  readonly list?: string
  /** Number of items; default 8. */
  readonly limit?: number
  /**
   * Ids to show until the first answer instead of skeletons, labelled as popular: the shop's bestsellers. An empty
   * array shows nothing until then. Also rendered on a server (`readBaseLists` of `nearside/ssr` gives the order that
   * the device starts with).
   */
  readonly initialItems?: readonly string[]
  /** Card of an item; default: `ItemCard`. */
  readonly itemComponent?: ComponentType<ItemComponentProps<TItem>>
  /** Heading; default: an `<h2>`. Its `id` belongs on the heading, which names the section. */
  readonly headerComponent?: ComponentType<{ readonly title: string; readonly id: string }>
  /** Component for an empty list; default: the whole section is omitted. */
  readonly emptyComponent?: ComponentType
  /**
   * Container of the items; default: a `<ul>`. Its children are `<li>` elements. While `loading`, until the first
   * answer, they are skeletons or the initial items.
   */
  readonly layoutComponent?: ComponentType<{
    readonly children: ReactNode
    readonly loading: boolean
  }>
  /**
   * Final change to the list: filter, reorder, pin. It gets at least twice the number of shown items, and more where
   * too few are left. The first `limit` items of its result are shown.
   */
  readonly transformItems?: (items: readonly Recommendation[]) => readonly Recommendation[]
  /** Called when the shopper follows an item’s link; `position` counts from 1. */
  readonly onSelect?: (recommendation: Recommendation, position: number) => void
}

function DefaultHeader({ title, id }: { title: string; id: string }) {
  return (
    <h2 className="ns-title" id={id}>
      {title}
    </h2>
  )
}

function DefaultLayout({ children, loading }: { children: ReactNode; loading: boolean }) {
  return (
    <ul className="ns-list" aria-busy={loading}>
      {children}
    </ul>
  )
}

export function ListSection<TItem extends Item>({
  state,
  title: given,
  list = 'forYou',
  initialItems,
  limit = 8,
  itemComponent: ItemSlot = ItemCard,
  headerComponent: Header = DefaultHeader,
  emptyComponent: Empty,
  layoutComponent: Layout = DefaultLayout,
  transformItems,
  onSelect,
  note,
}: RecommendationsProps<TItem> & { readonly state: ListState; readonly note?: ReactNode }) {
  const { itemOf, measure, words } = usePersonalizationContext<TItem>()
  const title = given ?? words('forYou')
  const id = useId()
  const loading = state.status === 'loading'
  const first = loading ? initialItems : undefined
  const items = first?.map(asGiven) ?? state.items
  const chosen = transformItems?.(items) ?? items
  const shown = chosen
    .flatMap((recommendation) => {
      const item = itemOf(recommendation.id)
      return item ? [{ recommendation, item }] : []
    })
    .slice(0, limit)
  const placed = shown.map(({ item }, place) => ({ id: item.id, rank: place + 1 }))
  const section = useImpression(measure, list, loading || shown.length === 0 ? null : placed)
  const changes = useAnnouncements(loading ? null : shown.map(({ item }) => item.id).join('\n'))

  if (shown.length === 0 && (!loading || first)) return Empty && <Empty />
  return (
    <section className="ns-section" aria-labelledby={id} ref={section}>
      <Header title={title} id={id} />
      {note}
      <Layout loading={loading}>
        {loading && !first
          ? Array.from({ length: limit }, (_, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have no identity
              <li key={place} className="ns-skeleton" aria-hidden="true" />
            ))
          : shown.map(({ recommendation, item }, place) => (
              // An item of the first list that keeps its place keeps its node. No node moves to another place,
              // because the page would jump.
              <li
                key={initialItems?.[place] === item.id ? `first ${item.id}` : item.id}
                className="ns-item"
              >
                <ItemSlot
                  item={item}
                  recommendation={recommendation}
                  position={place + 1}
                  onSelect={() => {
                    measure?.clicked(list, placed[place])
                    onSelect?.(recommendation, place + 1)
                  }}
                />
              </li>
            ))}
      </Layout>
      {state.code && <p className="ns-error">{troubleText(words, state.code)}</p>}
      <p className="ns-visually-hidden" role="status">
        {/* A new element each time, because a screen reader doesn't repeat unchanged text. */}
        {changes > 0 && <span key={changes}>{words('listUpdated', { title })}</span>}
      </p>
    </section>
  )
}

function asGiven(id: string, place: number): Recommendation {
  return { id, score: 0, rank: place + 1, baseRank: place + 1, reason: { kind: 'popular' } }
}

/** Number of list changes so far that were worth announcing. */
function useAnnouncements(order: string | null): number {
  const [times, setTimes] = useState(0)
  const announcer = useRef<Announcer | null>(null)
  useEffect(() => {
    const made = createAnnouncer(() => setTimes((before) => before + 1))
    announcer.current = made
    return made.stop
  }, [])
  useEffect(() => announcer.current?.shows(order), [order])
  return times
}
