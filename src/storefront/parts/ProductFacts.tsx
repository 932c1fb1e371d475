/** @module Facts about a product, from its title and from a year of orders. */
import type { Item } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import { useHistory } from '../history.ts'
import { count, money } from '../text.ts'
import { factsOf } from '../titleFacts.ts'
import { words } from '../words/words.ts'

/** @param month month with the most orders, 1–12; 0 if no month stands out */
function orderedText(n: number, month: number): string {
  const orders = words('product.facts.orders', { n: count(n) })
  const most = `month.${month}`
  return words.has(most)
    ? words('product.facts.ordersMost', { orders, month: words(most as 'month.1') })
    : orders
}

export function ProductFacts({ item }: { readonly item: Item }) {
  const { pieces, sizes, colours, materials } = factsOf(titleOf(item))
  const history = useHistory(item.id)
  const rows: [name: string, text: string][] = [
    [words('product.facts.pieces'), pieces === undefined ? '' : count(pieces)],
    [words('product.facts.size'), sizes.join(', ')],
    [words('product.facts.colours'), colours.map((name) => words(`colour.${name}`)).join(', ')],
    [
      words('product.facts.materials'),
      materials.map((name) => words(`material.${name}`)).join(', '),
    ],
  ]
  if (history) {
    const [, lowest, highest, orders, month] = history
    const price = (amount: number) => money(amount, item.currency)
    rows.push(
      [
        words('product.facts.prices'),
        lowest === highest
          ? words('product.facts.steady', { price: price(lowest) })
          : words('product.facts.range', { low: price(lowest), high: price(highest) }),
      ],
      [words('product.facts.ordered'), orderedText(orders, month)],
    )
  }
  rows.push([words('product.facts.code'), item.id])
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
