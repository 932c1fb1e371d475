/**
 * @module A heading and a list that follows the personalizer: skeletons (placeholders) first, then items of the same
 * size; changes are announced to screen readers. Each list widget is this section with its own query.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListOptions, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { type ComponentType, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Said } from '../lists/adding.ts'
import { createListReporter, DEFAULT_LIMIT, placedOf, viewOf } from '../lists/listController.ts'
import type { ListState } from '../lists/listObserver.ts'
import { usePersonalizationContext } from './context.ts'
import { ItemCard, type ItemComponentProps } from './ItemCard.tsx'
import { useAnswers } from './useAnswers.tsx'

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
  /** Name of the list in measurements. Default: the list's kind, e.g. `forYou`, `similar`. */
  readonly list?: string
  /** Number of items; default 8. */
  readonly limit?: number
  /**
   * Ids to show until the first answer instead of skeletons, such as the shop's best sellers, with the reason
   * "popular". With an empty array nothing shows until the first answer. An empty array is the default of lists that
   * are empty for most new visitors. A server renders these items, too; `readBaseLists` of `nearside/ssr` returns ids
   * in the sequence of the device's first list. These items are links at once, before the device has checked prices
   * and stock, so leave out products that the shop no longer has.
   */
  readonly initialItems?: readonly string[]
  /** Card of an item; default: `ItemCard`. */
  readonly itemComponent?: ComponentType<ItemComponentProps<TItem>>
  /**
   * Component of the heading; default: an `<h2>`. Put the given `id` on the heading, because the heading names the
   * section.
   */
  readonly headerComponent?: ComponentType<{ readonly title: string; readonly id: string }>
  /** Component for an empty list; default: the whole section is omitted. */
  readonly emptyComponent?: ComponentType
  /**
   * Container of the items; default: a `<ul>`. Its children are `<li>` elements. While `loading` is true, until the
   * first answer, the children are skeletons or the initial items.
   */
  readonly layoutComponent?: ComponentType<{
    readonly children: ReactNode
    readonly loading: boolean
  }>
  /**
   * Final change to the list: filter, reorder, pin. The function gets at least twice as many items as are shown, and
   * further items if it returns too few. The first `limit` items of its result are shown.
   */
  readonly transformItems?: (items: readonly Recommendation[]) => readonly Recommendation[]
  /**
   * Whether each item has a button that opens the reason why the item is listed, and the answers "Less like this", "Not
   * for me" and "I have this". Default true; a list with `order="base"` has no such button.
   */
  readonly menu?: boolean
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
  limit = DEFAULT_LIMIT,
  itemComponent: ItemSlot = ItemCard,
  headerComponent: Header = DefaultHeader,
  emptyComponent: Empty,
  layoutComponent: Layout = DefaultLayout,
  transformItems,
  onSelect,
  menu = true,
  note,
  query,
}: RecommendationsProps<TItem> & {
  readonly state: ListState
  readonly note?: ReactNode
  readonly query: ListQuery
}) {
  const { itemOf, measure, onAdd, words } = usePersonalizationContext<TItem>()
  const title = given ?? words('forYou')
  const id = useId()
  const view = viewOf(state, { itemOf, words, limit, initialItems, transformItems })
  const { loading, entries, skeletons, trouble } = view
  const answers = useAnswers(menu && query.options?.order !== 'base' ? query : null)
  const section = useRef<HTMLElement>(null)
  const [said, setSaid] = useState<Said | null>(null)
  const { AddButton } = answers
  const all = onAdd && query.kind === 'boughtTogether' ? entries.map(({ item }) => item) : []
  const [changes, setChanges] = useState(0)
  const [reporter] = useState(() => createListReporter(() => setChanges((before) => before + 1)))
  useEffect(() => void reporter.shows(view, list, section.current, measure))
  useEffect(() => reporter.stop, [reporter])

  if (view.isEmpty) return Empty && !loading && <Empty />
  return (
    <section className="ns-section" aria-labelledby={id} ref={section}>
      <Header title={title} id={id} />
      {note}
      <Layout loading={loading}>
        {Array.from({ length: skeletons }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have no identity
          <li key={place} className="ns-skeleton" aria-hidden="true" />
        ))}
        {answers.itemsOf(entries, (entry, place, itemMenu) => (
          // An item of `initialItems` gets a new node if its place changes, because a moved node makes the page jump.
          <li
            key={initialItems?.[place] === entry.item.id ? `first ${entry.item.id}` : entry.item.id}
            className="ns-item"
          >
            <ItemSlot
              {...entry}
              onSelect={() => {
                measure?.clicked(list, placedOf(entry))
                onSelect?.(entry.recommendation, entry.position)
              }}
            />
            {onAdd && (ItemSlot as unknown) === ItemCard && (
              <div className="ns-add">
                {AddButton && (
                  <AddButton
                    items={[entry.item]}
                    onSaid={(next) => {
                      measure?.clicked(list, placedOf(entry))
                      setSaid(next)
                    }}
                  />
                )}
              </div>
            )}
            {itemMenu}
          </li>
        ))}
      </Layout>
      {all.length > 1 && (
        <div className="ns-add">{AddButton && <AddButton items={all} onSaid={setSaid} />}</div>
      )}
      {onAdd && (
        <p className={said?.isWrong ? 'ns-error' : 'ns-visually-hidden'} role="status">
          {said?.text}
        </p>
      )}
      {trouble && <p className="ns-error">{trouble}</p>}
      {answers.failed && (
        <p className="ns-error" role="alert">
          {words('trouble')}
        </p>
      )}
      <p className="ns-visually-hidden" role="status">
        {/* Each announcement is a new element, because a screen reader doesn't repeat unchanged text. */}
        {changes > 0 && <span key={changes}>{words('listUpdated', { title })}</span>}
      </p>
    </section>
  )
}
