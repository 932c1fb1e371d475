/** @module Which events a wish to forget concerns. */
import { foldedWords } from '../../core/catalog/words.ts'
import { NearsideError } from '../../core/error.ts'
import type { ShopperEvent } from '../../core/events/event.ts'
import type { Forgettable } from '../api.ts'
import type { Shop } from './shop.ts'

/** @throws NearsideError `input-invalid` for what names nothing that can be forgotten */
export function concernedBy(
  what: Forgettable,
  { catalog }: Pick<Shop, 'catalog'>,
): (event: ShopperEvent) => boolean {
  switch (what.kind) {
    case 'event':
      return ({ id }) => id === what.id
    case 'item':
      return ({ items }) => items.includes(what.name)
    case 'category':
      return ({ items }) => items.some((item) => catalog?.get(item)?.category === what.name)
    case 'query':
      return ({ query }) => query !== undefined && wish(query) === wish(what.name)
    default:
      throw new NearsideError(
        'input-invalid',
        'forget takes an event, an item, a category or a query.',
      )
  }
}

/** However it was written: "Parasols" is what "parasol" is. */
export function wish(query: string): string {
  return foldedWords(query).join(' ')
}
