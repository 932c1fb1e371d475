/** @module `/product/:id`: one product, products bought together with it, and similar products. */
import { useMemo, useState } from 'react'
import type { Item } from '../../index.ts'
import { LearningPaused } from '../../react.ts'
import { addToBasket, clampQuantity, MAX_QUANTITY, toggleWish, wishlist } from '../basket.ts'
import {
  categoryPath,
  departmentOf,
  departmentText,
  isSold,
  productPath,
  titleOf,
  variantsOf,
} from '../catalog.ts'
import { Icon } from '../parts/Icon.tsx'
import { Link } from '../parts/Link.tsx'
import { useTitle } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { ProductFacts } from '../parts/ProductFacts.tsx'
import { Companions } from '../parts/shelves.tsx'
import { ViewedShelf } from '../parts/ViewedShelf.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { money } from '../text.ts'
import { useProductView } from '../useView.ts'
import { words } from '../words/words.ts'
import { NotFound } from './NotFound.tsx'

export function Product({ id }: { readonly id: string }) {
  const item = useShop().catalog.get(id)
  return item ? <Details key={id} item={item} /> : <NotFound />
}

function Details({ item }: { readonly item: Item }) {
  const title = titleOf(item)
  useTitle(title)
  useProductView(item.id)
  const { catalog } = useShop()
  const variants = useMemo(() => variantsOf(catalog, item), [catalog, item])
  const department = departmentOf(item)
  return (
    <div className="page">
      <nav className="crumbs" aria-label={words('product.breadcrumb')}>
        <ol>
          <li>
            <Link href="/">{words('product.home')}</Link>
          </li>
          <li>
            <Link href={categoryPath(department)}>{departmentText(department)}</Link>
          </li>
        </ol>
      </nav>
      <article className="product">
        <figure className="illustration">
          <Picture item={item} size={480} alt={title} early />
          <figcaption>{words('product.illustration')}</figcaption>
        </figure>
        <div className="product-text">
          <h1 tabIndex={-1} lang="en-GB">
            {title}
          </h1>
          <p className="product-price">
            {item.price === undefined ? words('onRequest') : money(item.price, item.currency)}
          </p>
          <p className="product-stock">{isSold(item) ? words('inStock') : words('soldOut')}</p>
          <Buy item={item} />
          <Variants variants={variants} />
          {item.description && (
            <p className="product-description" lang="en-GB">
              {item.description}
            </p>
          )}
          <ProductFacts item={item} />
        </div>
      </article>
      <LearningPaused />
      <Companions item={item.id} shown={variants} />
      <ViewedShelf except={item.id} />
    </div>
  )
}

function Variants({ variants }: { readonly variants: readonly Item[] }) {
  if (variants.length === 0) return null
  return (
    <nav className="variants" aria-labelledby="variants-title">
      <h2 id="variants-title">{words('product.variants')}</h2>
      <ul>
        {variants.map((variant) => (
          <li key={variant.id}>
            <Link href={productPath(variant)} title={titleOf(variant)}>
              <Picture item={variant} size={72} alt={titleOf(variant)} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Buy({ item }: { readonly item: Item }) {
  const { capture } = useShop()
  const wished = useSignal(wishlist).includes(item.id)
  const [quantity, setQuantity] = useState(1)
  const [said, setSaid] = useState('')

  function add() {
    addToBasket(item.id, quantity)
    capture({ name: 'add_to_cart', items: [{ item_id: item.id, quantity, price: item.price }] })
    setSaid(words('product.added', { n: quantity, title: titleOf(item) }))
  }
  function wish() {
    if (toggleWish(item.id)) capture({ name: 'add_to_wishlist', item_id: item.id })
  }

  return (
    <>
      <div className="buy">
        {isSold(item) && (
          <>
            <label className="quantity">
              {words('quantity')}
              <input
                type="number"
                min={1}
                max={MAX_QUANTITY}
                value={quantity}
                onChange={(event) => setQuantity(clampQuantity(event.target.valueAsNumber))}
              />
            </label>
            <button type="button" className="button button-strong" onClick={add}>
              {words('product.add')}
            </button>
          </>
        )}
        <button type="button" className="button wish" aria-pressed={wished} onClick={wish}>
          <Icon name="heart" />
          {wished ? words('product.wished') : words('product.wish')}
        </button>
      </div>
      <p className="said" role="status">
        {said && (
          <>
            {said} <Link href="/basket">{words('goToBasket')}</Link>
          </>
        )}
      </p>
    </>
  )
}
