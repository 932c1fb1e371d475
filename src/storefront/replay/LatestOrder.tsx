/** @module Shows the latest replayed order: the personal list before it, and the products bought. */

import type { Item } from '../../index.ts'
import { productPath, titleOf } from '../catalog.ts'
import { Link } from '../parts/Link.tsx'
import { Picture } from '../parts/Picture.tsx'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'
import type { ReplayStep } from './replay.ts'

export function LatestOrder({ step }: { readonly step: ReplayStep }) {
  const { catalog } = useShop()
  const bought = new Set(step.order.items)
  const shown = step.lists.personal.flatMap(({ id }) => catalog.get(id) ?? [])
  const hits = shown.filter(({ id }) => bought.has(id)).length
  const others = step.order.items
    .filter((id) => !shown.some((item) => item.id === id))
    .flatMap((id) => catalog.get(id) ?? [])
  return (
    <section className="latest" aria-labelledby="latest-title">
      <h2 id="latest-title">{words('replay.latest')}</h2>
      <p>{words('replay.result', { n: hits, products: words('products', { n: bought.size }) })}</p>
      <ol className="latest-list" aria-label={words('replay.shown')}>
        {shown.map((item) => (
          <Shown key={item.id} item={item} bought={bought.has(item.id)} />
        ))}
      </ol>
      {others.length > 0 && (
        <details className="latest-rest">
          <summary>{words('replay.besides', { n: others.length })}</summary>
          <ul>
            {others.map((item) => (
              <li key={item.id}>
                <Link href={productPath(item)}>{titleOf(item)}</Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function Shown({ item, bought }: { readonly item: Item; readonly bought: boolean }) {
  return (
    <li className={bought ? 'was-bought' : ''}>
      <Picture item={item} size={96} alt="" />
      <span className="latest-name">{titleOf(item)}</span>
      {bought && <span className="latest-mark">{words('replay.bought')}</span>}
    </li>
  )
}
