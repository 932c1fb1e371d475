/** @module `/category/:name`: a department in personal order, with price and sort. */
import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Item } from '../../catalog/item.ts'
import { useRerank } from '../../react.ts'
import { type Department, isSold, titleOf } from '../catalogue.ts'
import { Page } from '../parts/Page.tsx'
import { StockList } from '../parts/StockList.tsx'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useStored } from '../stored.ts'
import { useListView } from '../useView.ts'
import { NotFound } from './NotFound.tsx'

const PRICES = [
  { value: '', label: 'Any price', from: 0, to: Number.POSITIVE_INFINITY },
  { value: '0-1', label: 'Under £1', from: 0, to: 1 },
  { value: '1-3', label: '£1 to £3', from: 1, to: 3 },
  { value: '3-8', label: '£3 to £8', from: 3, to: 8 },
  { value: '8-', label: '£8 and more', from: 8, to: Number.POSITIVE_INFINITY },
] as const

type Compare = (a: Item, b: Item) => number
const SORTS: Readonly<Record<string, { label: string; compare: Compare }>> = {
  cheap: { label: 'Price, low to high', compare: (a, b) => (a.price ?? 1e9) - (b.price ?? 1e9) },
  dear: { label: 'Price, high to low', compare: (a, b) => (b.price ?? 0) - (a.price ?? 0) },
  name: { label: 'Name', compare: (a, b) => titleOf(a).localeCompare(titleOf(b), 'en-GB') },
}

export function Category({ name }: { readonly name: string }) {
  const { catalogue } = useShop()
  const department = catalogue.department(name)
  return department ? <Shelves key={name} department={department} /> : <NotFound />
}

function Shelves({ department }: { readonly department: Department }) {
  const { catalogue } = useShop()
  const [params, setParams] = useSearchParams()
  const personal = useStored(order)
  const price = PRICES.find(({ value }) => value === params.get('price')) ?? PRICES[0]
  const sort = SORTS[params.get('sort') ?? '']
  const inStock = params.get('stock') === '1'

  const ids = useMemo(() => department.items.map((item) => item.id), [department])
  const ranked = useRerank(ids, { order: personal })
  const items = useMemo(() => {
    const chosen = ranked.ids
      .flatMap((id) => catalogue.get(id) ?? [])
      .filter((item) => !inStock || isSold(item))
      .filter((item) => price.value === '' || inRange(item, price.from, price.to))
    if (sort) return [...chosen].sort(sort.compare)
    // What can't be bought comes last, in whichever order.
    return [...chosen].sort((a, b) => Number(isSold(b)) - Number(isSold(a)))
  }, [ranked.ids, catalogue, inStock, price, sort])
  useListView(department.name, ranked.status === 'ready' ? items.map((item) => item.id) : [])

  function choose(key: string, value: string) {
    setParams(
      (previous) => {
        if (value) previous.set(key, value)
        else previous.delete(key)
        previous.delete('show')
        return previous
      },
      { replace: true },
    )
  }

  return (
    <Page title={department.name}>
      <div className="facets">
        <span className="facet">
          <label htmlFor="sort">Sort by</label>
          <select
            id="sort"
            value={params.get('sort') ?? ''}
            onChange={(event) => choose('sort', event.target.value)}
          >
            <option value="">{personal === 'personal' ? 'For you' : 'Shop order'}</option>
            {Object.entries(SORTS).map(([value, { label }]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </span>
        <span className="facet">
          <label htmlFor="price">Price</label>
          <select
            id="price"
            value={price.value}
            onChange={(event) => choose('price', event.target.value)}
          >
            {PRICES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </span>
        <label className="facet facet-check">
          <input
            type="checkbox"
            checked={inStock}
            onChange={(event) => choose('stock', event.target.checked ? '1' : '')}
          />
          In stock only
        </label>
        <p className="facet-count" role="status">
          {items.length} {items.length === 1 ? 'product' : 'products'}
        </p>
      </div>
      {items.length === 0 ? (
        <p className="empty">Nothing here at that price. Choose another range.</p>
      ) : (
        <StockList items={items} label={department.name} />
      )}
    </Page>
  )
}

const inRange = (item: Item, from: number, to: number): boolean =>
  item.price !== undefined && item.price >= from && item.price < to
