/**
 * @module Proposes gifts for a budget, one product for each person. The shopper can swap each product, and put all of
 * them into the basket.
 */
import { useMemo, useState } from 'react'
import { addToBasket, basket, removeFromBasket, setQuantity } from '../basket.ts'
import { departmentText, productPath, titleOf } from '../catalog.ts'
import { Link } from '../parts/Link.tsx'
import { Picture } from '../parts/Picture.tsx'
import { useShop } from '../shop.ts'
import { money } from '../text.ts'
import { searchWords, words } from '../words/words.ts'
import type { BudgetWish } from './budgetWish.ts'
import { fillBudget, type Offer, otherOffer } from './fillBudget.ts'
import { attempts, useOffers } from './offers.ts'

interface GiftsProps {
  readonly wish: BudgetWish
}

export function Gifts({ wish }: GiftsProps) {
  const offers = useOffers()
  if (!offers)
    return (
      <p className="empty" role="status">
        {searchWords('looking')}
      </p>
    )
  return <Proposal key={`${wish.pence} ${wish.people}`} wish={wish} offers={offers} />
}

interface ProposalProps extends GiftsProps {
  readonly offers: readonly Offer[]
}

const penceOf = (some: readonly Offer[]) => some.reduce((sum, { pence }) => sum + pence, 0)
const price = (pence: number) => money(pence / 100)

function Proposal({ wish: { pence, people }, offers }: ProposalProps) {
  // The proposal is computed once, so that it doesn't change on screen if the device ranks the products anew.
  const [first] = useState(() => {
    for (const [at, some] of attempts(offers, { pence, people }).entries()) {
      const chosen = fillBudget(some, { count: people, pence })
      if (chosen) return { chosen, isFair: at === 0 }
    }
    return null
  })
  const [chosen, choose] = useState(first?.chosen ?? [])
  const [seen, see] = useState<ReadonlySet<string>>(new Set())
  const [added, setAdded] = useState(false)
  const [said, say] = useState('')
  const { catalog, capture } = useShop()
  const cheapest = useMemo(
    () => offers.toSorted((a, b) => a.pence - b.pence).slice(0, people),
    [offers, people],
  )
  const titled = (id: string) => {
    const item = catalog.get(id)
    return item ? titleOf(item) : id
  }

  if (!first)
    return (
      <p className="empty" role="status">
        {words('gifts.none', { n: people, price: price(penceOf(cheapest)) })}
      </p>
    )

  function swap(place: number): void {
    const tried = new Set(seen).add(chosen[place].id)
    const others = chosen.toSpliced(place, 1)
    const fair = attempts(offers, { pence, people })[first?.isFair ? 0 : 1]
    const other = otherOffer(fair, others, tried, pence)
    if (!other) {
      say(words('gifts.noOther'))
      return
    }
    see(tried)
    choose(chosen.toSpliced(place, 1, other))
    say(words('gifts.swapped', { title: titled(other.id), other: titled(chosen[place].id) }))
  }

  function report(name: 'add_to_cart' | 'remove_from_cart'): void {
    const items = chosen.map(({ id, pence }) => ({ item_id: id, quantity: 1, price: pence / 100 }))
    capture({ name, items })
  }
  function addAll(): void {
    for (const { id } of chosen) addToBasket(id, 1)
    report('add_to_cart')
    setAdded(true)
    say(words('gifts.added', { n: people }))
  }
  function undo(): void {
    for (const { id } of chosen) {
      const { quantity = 0 } = basket.get().find((line) => line.id === id) ?? {}
      if (quantity > 1) setQuantity(id, quantity - 1)
      else removeFromBasket(id)
    }
    report('remove_from_cart')
    setAdded(false)
    say(words('gifts.undone'))
  }

  return (
    <div className="gift-choice">
      <p className="lead">{words('gifts.lead')}</p>
      <ul className="gifts" aria-label={words('gifts.list', { n: people })}>
        {chosen.map(({ id, department, pence }, place) => {
          const item = catalog.get(id)
          return (
            // The key is the gift's position in the list. So when a gift is swapped, React keeps the pressed button and
            // its focus.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={place} className="gift" data-item={id}>
              {item && <Picture item={item} size={96} alt="" />}
              <div className="line-text">
                {item && (
                  <Link href={productPath(item)} lang="en-GB">
                    {titleOf(item)}
                  </Link>
                )}
                <span className="small">{departmentText(department)}</span>
              </div>
              <span className="gift-price">{price(pence)}</span>
              {!added && (
                <button
                  type="button"
                  className="button"
                  aria-label={words('gifts.swapThis', { title: titled(id) })}
                  onClick={() => swap(place)}
                >
                  {words('gifts.swap')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      <p className="gifts-total">
        {words('gifts.total', { total: price(penceOf(chosen)), budget: price(pence) })}
      </p>
      <p className="gifts-ways">
        {/* The same button stays before and after a press, so that it keeps the focus. */}
        <button
          type="button"
          className={added ? 'button' : 'button button-strong'}
          onClick={added ? undo : addAll}
        >
          {added ? words('undo') : words('gifts.addAll')}
        </button>
        {added && (
          <Link className="button button-strong" href="/basket">
            {words('goToBasket')}
          </Link>
        )}
      </p>
      <p className="said" role="status">
        {said}
      </p>
    </div>
  )
}
