/** @module A list of products with filters, sorting and the number of products, for departments and search results. */
import { type ReactNode, useDeferredValue, useMemo } from 'react'
import type { Item, Recommendation } from '../../index.ts'
import { Facets } from '../../react-search.ts'
import { useChoices } from '../address.ts'
import { titleOf } from '../catalog.ts'
import { useChosen } from '../facets.ts'
import { useShop } from '../shop.ts'
import { count } from '../text.ts'
import { useListView } from '../useView.ts'
import { searchLabels, words } from '../words/words.ts'
import { StockList } from './StockList.tsx'

type Compare = (a: Item, b: Item) => number
const SORTS = {
  cheap: (a, b) => (a.price ?? 1e9) - (b.price ?? 1e9),
  dear: (a, b) => (b.price ?? 0) - (a.price ?? 0),
  name: (a, b) => titleOf(a).localeCompare(titleOf(b), 'en-GB'),
} satisfies Record<string, Compare>
const SORT_NAMES = ['cheap', 'dear', 'name'] as const

interface AssortmentProps {
  /** Items in the list's default order. */
  readonly items: readonly Item[]
  /** Name of the default order, shown in the menu of sortings. */
  readonly order: string
  readonly label: string
  /** Whether departments can be chosen as a filter. */
  readonly departments?: boolean
  /**
   * False until the sorting of the list is known. The list isn't shown before, because a list on screen must not jump.
   */
  readonly settled: boolean
  readonly termsOf?: (id: string) => readonly string[] | undefined
  /** Ranks and reasons of items, as ranked for the shopper. */
  readonly ranked?: readonly Recommendation[]
  /** Lines that say why an item is listed, if the lines are the same for all items. */
  readonly why?: readonly string[]
  /** Content between the tools and the list. */
  readonly children?: ReactNode
}

export function Assortment(props: AssortmentProps) {
  const {
    items,
    order,
    label,
    departments = false,
    settled,
    termsOf,
    ranked,
    why,
    children,
  } = props
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const { items: left, ...facets } = useChosen(items, departments)
  const sort = SORT_NAMES.find((name) => name === choices.get('sort'))
  const shown = useMemo(() => (sort ? [...left].sort(SORTS[sort]) : left), [left, sort])
  const sortedBy = useMemo(
    () => sort && [words('why.sorted', { by: words(`list.${sort}`) })],
    [sort],
  )
  // After a choice, React first updates filters and count, and later renders the list in slices, so that the next
  // choice isn't delayed.
  const listed = useDeferredValue(shown)
  // A prerendered page was made without knowing the shopper or the choices in the address. So choices apply only once
  // the whole catalog has loaded.
  const rendered = catalog.enoughFor !== null
  const chosen = facets.chosen > 0 || ['in', 'sort', 'show'].some((name) => choices.has(name))
  const isReady = settled && !(rendered && chosen)
  useListView(label, settled && !rendered ? shown.map((item) => item.id) : [])

  function sortBy(value: string) {
    choose((next) => (value ? next.set('sort', value) : next.delete('sort')))
  }

  return (
    <div className="assortment">
      <div className="facet-side">
        <Facets {...facets} labels={searchLabels} />
      </div>
      <div className="assortment-main">
        <div className="facets">
          <p className="facet-count" role="status">
            {isReady && words('products', { n: count(shown.length) })}
          </p>
          <span className="facet">
            <label htmlFor="sort">{words('list.sortBy')}</label>
            <span className="sort-choice" data-longest={words('list.cheap')}>
              <select id="sort" value={sort ?? ''} onChange={(event) => sortBy(event.target.value)}>
                <option value="">{order}</option>
                {SORT_NAMES.map((name) => (
                  <option key={name} value={name}>
                    {words(`list.${name}`)}
                  </option>
                ))}
              </select>
            </span>
          </span>
        </div>
        {children}
        {listed.length === 0 ? (
          <div className="empty">
            <p>{words('list.none')}</p>
            <button type="button" className="button" onClick={facets.clear}>
              {words('list.showAll', { n: count(items.length) })}
            </button>
          </div>
        ) : (
          <StockList
            items={listed}
            label={label}
            settled={isReady}
            termsOf={termsOf}
            ranked={ranked}
            why={sortedBy ?? why}
          />
        )}
      </div>
    </div>
  )
}
