/** @module List widgets: each is the same section, with its own query. */
import './nearside.css'
import './menu.css'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListOptions } from '@nearside/core/ranking/apiLists.ts'
import type { ReactNode } from 'react'
import { DEFAULT_LIMIT } from '../lists/listController.ts'
import { keepsNoRoom, type ListName, queryOf } from '../lists/listNames.ts'
import { usePersonalizationContext } from './context.ts'
import { LearningPaused } from './LearningPaused.tsx'
import { LIST_OPTIONS, ListSection, type RecommendationsProps } from './ListSection.tsx'
import { useChoice } from './useList.ts'

const optionsOf = (props: Omit<RecommendationsProps, 'itemComponent'>): ListOptions => ({
  limit: props.limit ?? DEFAULT_LIMIT,
  ...Object.fromEntries(LIST_OPTIONS.map((name) => [name, props[name]])),
})

function List<TItem extends Item>(list: {
  readonly props: RecommendationsProps<TItem>
  readonly name: ListName
  /** The item, or the basket's items, that the list is about. */
  readonly item?: string | readonly string[]
  readonly dearer?: number
  readonly note?: ReactNode
}) {
  const { props, name, item, dearer, note } = list
  const { words } = usePersonalizationContext()
  const query = queryOf(name, { ...optionsOf(props), ...(dearer && { dearer }) }, item)
  const state = useChoice(query, props.transformItems)
  return (
    <ListSection
      {...props}
      initialItems={props.initialItems ?? (keepsNoRoom(name, item) ? [] : undefined)}
      title={props.title ?? words(name)}
      list={props.list ?? name}
      state={state}
      query={query}
      note={note}
    />
  )
}

/** The best items for this shopper; while learning is paused, with a notice that has a button to resume it. */
export function Recommendations<TItem extends Item = Item>(props: RecommendationsProps<TItem>) {
  const note = props.order !== 'base' && <LearningPaused />
  return <List props={props} name="forYou" note={note} />
}

/** Items popular with all shoppers, in the same sequence for everybody. */
export function Trending<TItem extends Item = Item>(
  props: Omit<RecommendationsProps<TItem>, 'order'>,
) {
  return <List props={props} name="bestSellers" />
}

/** Items that this shopper viewed, latest first. On a product's page, pass the product's id in `excludeIds`. */
export function RecentlyViewed<TItem extends Item = Item>(
  props: Omit<RecommendationsProps<TItem>, 'order'>,
) {
  return <List props={props} name="recentlyViewed" />
}

/** Items that this shopper bought and that are due again (see `from` of `ListOptions`), without the basket's items. */
export function BuyAgain<TItem extends Item = Item>(props: RecommendationsProps<TItem>) {
  return <List props={props} name="buyAgain" />
}

/** The best items for this shopper that they never bought. */
export function NewForYou<TItem extends Item = Item>(props: RecommendationsProps<TItem>) {
  return <List props={props} name="newForYou" />
}

/** Items that this shopper viewed, wished for or put into the basket before this visit, and never bought. */
export function OnYourMind<TItem extends Item = Item>(props: RecommendationsProps<TItem>) {
  return <List props={props} name="onYourMind" />
}

/** Items that the shop added within 30 days (see `from` of `ListOptions`), best for this shopper first. */
export function NewArrivals<TItem extends Item = Item>(props: RecommendationsProps<TItem>) {
  return <List props={props} name="newArrivals" />
}

/** Items like this item; with `from="picture"`, items that look like it (see `from` of `ListOptions`). */
export function RelatedItems<TItem extends Item = Item>({
  from,
  ...props
}: RecommendationsProps<TItem> & { readonly item: string; readonly from?: 'picture' }) {
  return <List props={props} name={from ? 'looksAlike' : 'similar'} item={props.item} />
}

/** Similar items that cost more than this item, up to `upTo` times its price (above 1; default 1.5). */
export function UpSell<TItem extends Item = Item>({
  upTo = 1.5,
  ...props
}: RecommendationsProps<TItem> & { readonly item: string; readonly upTo?: number }) {
  return <List props={props} name="dearer" item={props.item} dearer={upTo} />
}

/** Items bought in the same orders as this item. */
export function BoughtTogether<TItem extends Item = Item>(
  props: RecommendationsProps<TItem> & { readonly item: string },
) {
  return <List props={props} name="boughtTogether" item={props.item} />
}

/** Items bought in the same orders as the basket's items, without the basket's own items. */
export function CompleteTheBasket<TItem extends Item = Item>(
  props: RecommendationsProps<TItem> & { readonly items: readonly string[] },
) {
  return <List props={props} name="basket" item={props.items} />
}
