/**
 * @module Facts about a product from its title and the shop's terms, and figures from a year of orders that explain why
 * lists show it.
 */
import type { ReactNode } from 'react'
import type { Item } from '../../index.ts'
import { categoryPath, departmentOf, departmentText, titleOf } from '../catalog.ts'
import { useHistory } from '../history.ts'
import { count, money } from '../text.ts'
import { factsOf } from '../titleFacts.ts'
import { words } from '../words/words.ts'
import { Link } from './Link.tsx'

/** @param month month with the most orders, 1–12; 0 if no month stands out */
function orderedText(n: number, month: number): string {
  const orders = words('product.facts.orders', { n: count(n) })
  const most = `month.${month}`
  return words.has(most)
    ? words('product.facts.ordersMost', { orders, month: words(most as 'month.1') })
    : orders
}

type Row = readonly [name: string, text: ReactNode]

function Facts({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl className="facts">
      {rows
        .filter(([, text]) => text !== '')
        .map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
    </dl>
  )
}

export function ProductFacts({ item }: { readonly item: Item }) {
  const { pieces, sizes, colours, materials } = factsOf(titleOf(item))
  const department = departmentOf(item)
  const rows: Row[] = [
    [
      words('finding.category'),
      <Link key="department" href={categoryPath(department)}>
        {departmentText(department)}
      </Link>,
    ],
    [words('product.facts.pieces'), pieces === undefined ? '' : count(pieces)],
    [words('product.facts.size'), sizes.join(', ')],
    [words('product.facts.colours'), colours.map((name) => words(`colour.${name}`)).join(', ')],
    [
      words('product.facts.materials'),
      materials.map((name) => words(`material.${name}`)).join(', '),
    ],
    [words('product.facts.code'), item.id],
    [words('product.facts.delivery'), words('product.facts.nothingDelivered')],
    [words('product.facts.returns'), words('product.facts.nothingReturned')],
  ]
  return (
    <>
      <Facts rows={rows} />
      <Why item={item} />
    </>
  )
}

/** Shows what the shop's order log says about the product, which explains why lists show it. */
function Why({ item }: { readonly item: Item }) {
  const history = useHistory(item.id)
  const [, lowest = 0, highest = 0, orders = 0, month = 0] = history ?? []
  const price = (amount: number) => money(amount, item.currency)
  const prices =
    lowest === highest
      ? words('product.facts.steady', { price: price(lowest) })
      : words('product.facts.range', { low: price(lowest), high: price(highest) })
  return (
    <details className="product-why">
      <summary>{words('product.why')}</summary>
      <p>{words('product.whyText')}</p>
      {history && (
        <Facts
          rows={[
            [words('product.facts.ordered'), orderedText(orders, month)],
            [words('product.facts.prices'), prices],
          ]}
        />
      )}
    </details>
  )
}
