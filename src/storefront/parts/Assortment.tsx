/** @module A list of products with its choices, order and count: category and search results. */
import { type ReactNode, useDeferredValue, useMemo } from 'react'
import type { Item } from '../../index.ts'
import { useChoices } from '../address.ts'
import { titleOf } from '../catalog.ts'
import { useFacets } from '../facets.ts'
import { useShop } from '../shop.ts'
import { useListView } from '../useView.ts'
import { FacetPanel } from './FacetPanel.tsx'
import { StockList } from './StockList.tsx'

type Compare = (a: Item, b: Item) => number
const SORTS: Readonly<Record<string, { label: string; compare: Compare }>> = {
  cheap: { label: 'Price, low to high', compare: (a, b) => (a.price ?? 1e9) - (b.price ?? 1e9) },
  dear: { label: 'Price, high to low', compare: (a, b) => (b.price ?? 0) - (a.price ?? 0) },
  name: { label: 'Name', compare: (a, b) => titleOf(a).localeCompare(titleOf(b), 'en-GB') },
}

interface AssortmentProps {
  /** In the order that holds while no other is asked for. */
  readonly items: readonly Item[]
  /** What that order is called. */
  readonly order: string
  readonly label: string
  /** Offer departments to choose from. */
  readonly departments?: boolean
  /** False until the order is known: a list that is shown must not jump under the shopper's eyes. */
  readonly settled: boolean
  readonly termsOf?: (id: string) => readonly string[] | undefined
  /** Between the tools and the list. */
  readonly children?: ReactNode
}

export function Assortment(props: AssortmentProps) {
  const { items, order, label, departments = false, settled, termsOf, children } = props
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const facets = useFacets(items, departments)
  const sort = SORTS[choices.get('sort') ?? '']
  const shown = useMemo(
    () => (sort ? [...facets.items].sort(sort.compare) : facets.items),
    [facets.items, sort],
  )
  // A choice shows at once; its list follows, in slices that let the next choice through.
  const listed = useDeferredValue(shown)
  // A page that was rendered beforehand knows neither the shopper nor the choices in the address.
  const rendered = catalog.enoughFor !== null
  const chosen = facets.chosen > 0 || sort !== undefined || choices.has('show')
  useListView(label, settled && !rendered ? shown.map((item) => item.id) : [])

  function sortBy(value: string) {
    choose((next) => (value ? next.set('sort', value) : next.delete('sort')))
  }

  return (
    <div className="assortment">
      <FacetPanel
        facets={facets.facets}
        chosen={facets.chosen}
        toggle={facets.toggle}
        clear={facets.clear}
      />
      <div className="assortment-main">
        <div className="facets">
          <p className="facet-count" role="status">
            {settled && `${shown.length} ${shown.length === 1 ? 'product' : 'products'}`}
          </p>
          <span className="facet">
            <label htmlFor="sort">Sort by</label>
            <span className="sort-choice" data-longest={SORTS.cheap.label}>
              <select
                id="sort"
                value={sort ? (choices.get('sort') ?? '') : ''}
                onChange={(event) => sortBy(event.target.value)}
              >
                <option value="">{order}</option>
                {Object.entries(SORTS).map(([value, one]) => (
                  <option key={value} value={value}>
                    {one.label}
                  </option>
                ))}
              </select>
            </span>
          </span>
        </div>
        {children}
        {listed.length === 0 ? (
          <div className="empty">
            <p>Nothing here with these choices.</p>
            <button type="button" className="button" onClick={facets.clear}>
              Show all {items.length}
            </button>
          </div>
        ) : (
          <StockList
            items={listed}
            label={label}
            settled={settled && !(rendered && chosen)}
            termsOf={termsOf}
          />
        )}
      </div>
    </div>
  )
}
