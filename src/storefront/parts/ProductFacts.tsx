/** @module Facts about a product, from its title and from a year of orders. */
import type { Item } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import { useHistory } from '../history.ts'
import { count, money } from '../text.ts'
import { factsOf } from '../titleFacts.ts'
import { words } from '../words/words.ts'

export function ProductFacts({ item }: { readonly item: Item }) {
  const { pieces, sizes, colours, materials } = factsOf(titleOf(item))
  const history = useHistory(item.id)
  const { facts } = words.product
  const rows: [name: string, text: string][] = [
    [facts.pieces, pieces === undefined ? '' : count(pieces)],
    [facts.size, sizes.join(', ')],
    [facts.colours, colours.map(facts.colour).join(', ')],
    [facts.materials, materials.map(facts.material).join(', ')],
  ]
  if (history) {
    const [, lowest, highest, orders, month] = history
    const price = (amount: number) => money(amount, item.currency)
    rows.push(
      [
        facts.prices,
        lowest === highest
          ? facts.steady(price(lowest))
          : facts.range(price(lowest), price(highest)),
      ],
      [facts.ordered, facts.orders(orders, count(orders), facts.months[month - 1])],
    )
  }
  rows.push([facts.code, item.id])
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
