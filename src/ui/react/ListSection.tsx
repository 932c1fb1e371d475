/**
 * @module A heading and a list that follows the personalizer: skeletons of the same size first, then
 * the items; a change is announced politely. The widgets are this with a question.
 */
import { type ComponentType, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { Recommendation } from '../../core/ranking/apiLists.ts'
import { type Announcer, createAnnouncer } from './announcer.ts'
import { usePersonalizationContext } from './context.ts'
import { ItemCard, type ItemComponent } from './ItemCard.tsx'
import type { ListState } from './listObserver.ts'
import { useImpression } from './useImpression.ts'

/** What a shop’s own heading is given. */
export interface HeaderComponentProps {
  /** The widget’s title. */
  readonly title: string
  /** Put it on the heading: the section is named by it. */
  readonly id: string
}

/** What a shop’s own layout is given. */
export interface LayoutComponentProps {
  /** The list items, each an `<li>`. */
  readonly children: ReactNode
  /** True until the first answer: the children are skeletons, or the initial items. */
  readonly loading: boolean
}

/** The slots that every list widget takes. */
export interface ListWidgetProps {
  /** Default: the labels’ own. */
  readonly title?: string
  /** What measurements call it. Default: what it is, e.g. `forYou`, `similar`. */
  readonly list?: string
  /** Default 8. */
  readonly limit?: number
  /**
   * Ids to show until the first answer, instead of skeletons: the shop's bestsellers, since they are
   * called popular; none: nothing is there before. Rendered on a server too (`readBaseLists` of `nearside/ssr` gives the order that the device starts with).
   */
  readonly initialItems?: readonly string[]
  /** Default: `ItemCard`. */
  readonly itemComponent?: ItemComponent
  /** Default: an `<h2>`. */
  readonly headerComponent?: ComponentType<HeaderComponentProps>
  /** Shown when there is nothing to show; default: the whole section is left out. */
  readonly emptyComponent?: ComponentType
  /** Default: a `<ul>`. */
  readonly layoutComponent?: ComponentType<LayoutComponentProps>
  /**
   * Last say over the list: filter, reorder, pin. Given at least twice as many as are shown, and more
   * where too few are left; the first `limit` of what it returns are shown.
   */
  readonly transformItems?: (items: readonly Recommendation[]) => readonly Recommendation[]
  /** Called when the shopper follows an item’s link; `position` counts from 1. */
  readonly onSelect?: (recommendation: Recommendation, position: number) => void
}

function DefaultHeader({ title, id }: HeaderComponentProps) {
  return (
    <h2 className="ns-title" id={id}>
      {title}
    </h2>
  )
}

function DefaultLayout({ children, loading }: LayoutComponentProps) {
  return (
    <ul className="ns-list" aria-busy={loading}>
      {children}
    </ul>
  )
}

interface Shown {
  readonly recommendation: Recommendation
  readonly item: Item
}

export function ListSection({
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
}: ListWidgetProps & { readonly state: ListState; readonly note?: ReactNode }) {
  const { itemOf, labels, measure } = usePersonalizationContext()
  const title = given ?? labels.forYou
  const id = useId()
  const loading = state.status === 'loading'
  const first = loading ? initialItems : undefined
  const items = first?.map(asGiven) ?? state.items
  const chosen = transformItems?.(items) ?? items
  const shown = chosen
    .map((recommendation) => ({ recommendation, item: itemOf(recommendation.id) }))
    .filter((entry): entry is Shown => entry.item !== undefined)
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
              // Of the first list, what keeps its place stays as it is; nothing is moved into another
              // place: that would be a jump.
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
      {state.code && <p className="ns-error">{labels.trouble(state.code)}</p>}
      <p className="ns-visually-hidden" role="status">
        {/* Another element each time: the same words again would be no news. */}
        {changes > 0 && <span key={changes}>{labels.listUpdated(title)}</span>}
      </p>
    </section>
  )
}

function asGiven(id: string, place: number): Recommendation {
  return { id, score: 0, rank: place + 1, baseRank: place + 1, reason: { kind: 'popular' } }
}

/** How often the list changed so far that it was worth a word. */
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
