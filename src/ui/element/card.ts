/** @module Builds one recommended item as DOM nodes, with the same markup as React's `ItemCard`. */

import type { Words } from '@nearside/browser/page/words.ts'
import { type Item, isBadge } from '@nearside/core/catalog/item.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { movedText, priceText, ratingText, reasonText, usualPriceText } from '../lists/itemText.ts'
import type { ListKey } from '../messages/lists.ts'

export interface Shop {
  itemOf(id: string): Item | undefined
  linkTo(item: Item): string
  readonly words: Words<ListKey>
  readonly locale: string
  /** Puts items into the shop's basket; absent if lists have no buttons for this. */
  readonly onAdd?: (items: readonly Item[]) => unknown
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

export function buildCard(
  { itemOf, linkTo, locale, words }: Shop,
  recommendation: Recommendation,
  onSelect: () => void,
  ...tools: readonly Node[]
): HTMLElement {
  const item = itemOf(recommendation.id) ?? { id: recommendation.id }
  const card = element('article', 'ns-card')
  card.dataset.item = item.id
  card.part.add('card')
  if (item.image) {
    const image = element('img', 'ns-card-image')
    Object.assign(image, { src: item.image, alt: '', width: 240, height: 240, loading: 'lazy' })
    card.append(image)
  }
  const badge = recommendation.badge ?? item.badge
  if (isBadge(badge)) card.append(element('p', 'ns-card-badge', badge))
  const link = element('a', 'ns-card-link', item.title ?? item.id)
  link.href = linkTo(item)
  link.addEventListener('click', onSelect)
  card.append(link)
  const rating = ratingText(item, words, locale)
  if (rating) {
    const line = element('p', 'ns-card-rating')
    const short = element('span', '', rating.short)
    short.ariaHidden = 'true'
    line.append(short, element('span', 'ns-visually-hidden', rating.long))
    card.append(line)
  }
  if (item.price !== undefined) {
    const price = element('p', 'ns-card-price', priceText(item, locale))
    const usual = usualPriceText(item, locale)
    if (usual) {
      const word = element('span', 'ns-visually-hidden', ` ${words('offer')}`)
      price.append(word, ' ', element('s', '', usual))
    }
    card.append(price)
  }
  const why = element('p', 'ns-why')
  why.append(
    element(
      'span',
      'ns-why-reason',
      reasonText(words, recommendation.reason, itemOf, recommendation.id),
    ),
  )
  const moved = movedText(words, recommendation)
  if (moved) why.append(' ', element('span', 'ns-why-moved', moved))
  card.append(why)
  const place = element('li', 'ns-item')
  place.append(card, ...tools)
  return place
}

/** Replaces the list's cards; the focus moves to the same link or button in the new card of the same item. */
export function replaceCards(list: HTMLElement, cards: readonly HTMLElement[]): void {
  const focused = (list.getRootNode() as ShadowRoot).activeElement
  const place = focused?.closest('li')
  const at = [...list.children].indexOf(place as Element)
  list.replaceChildren(...cards)
  if (!focused || !place) return
  const same = cards.find((card) => nameOf(card) === nameOf(place))
  const within = focused.closest('.ns-add') ? '.ns-add button' : focused.tagName
  const near = within === focused.tagName ? undefined : (cards[at] ?? cards.at(-1))
  ;(same ?? near)?.querySelector<HTMLElement>(within)?.focus()
}

/** Id of a card's item, or the class of a line that replaces a card. */
const nameOf = (place: HTMLElement) =>
  place.querySelector<HTMLElement>('[data-item]')?.dataset.item ?? place.className
