/** @module Names of the lists, which are also the keys of their titles, and the query of each list. */
import type { ListOptions, ListQuery } from '@nearside/core/ranking/apiLists.ts'

const LISTS = {
  forYou: {},
  bestSellers: { order: 'base' },
  recentlyViewed: { from: 'viewed' },
  buyAgain: { from: 'bought' },
  newForYou: { from: 'unbought' },
  onYourMind: { from: 'considered' },
  newArrivals: { from: 'new' },
  similar: {},
  dearer: {},
  looksAlike: { from: 'picture' },
  boughtTogether: {},
  basket: {},
} satisfies Readonly<Record<string, ListOptions>>

export type ListName = keyof typeof LISTS

/** Query of a list whose items the device selects. */
export type ListChoice = Exclude<ListQuery, { kind: 'rerank' }>

/** @param item subject of the list: an item, or the basket's items */
export function queryOf(
  name: ListName,
  given: ListOptions,
  item: string | readonly string[] = '',
): ListChoice {
  const options: ListOptions = { ...given, ...(LISTS[name] as ListOptions) }
  switch (name) {
    case 'similar':
    case 'dearer':
    case 'looksAlike':
      return { kind: 'similar', item: String(item), options }
    case 'boughtTogether':
    case 'basket':
      return { kind: 'boughtTogether', item, options }
    default: {
      const { from, order, exclude = order === 'base' && !from ? ['basket'] : undefined } = options
      return { kind: 'recommend', options: { ...options, exclude } }
    }
  }
}

/** Whether a list is empty for most new visitors, and so has no placeholders: they would vanish and move the page. */
export function keepsNoRoom(name: ListName, item?: string | readonly string[]): boolean {
  return (
    ['recentlyViewed', 'buyAgain', 'onYourMind'].includes(name) ||
    (name === 'basket' && item?.length === 0)
  )
}

/** Name of the list for a value of the option `from`; `forYou` for an unknown value. */
export function nameFrom(from: string | null): ListName {
  const names = Object.keys(LISTS) as ListName[]
  return (
    names.find((name) => from !== null && (LISTS[name] as ListOptions).from === from) ?? 'forYou'
  )
}
