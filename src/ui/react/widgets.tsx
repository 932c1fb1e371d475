/** @module The list widgets: each is a hook, shown by the same section with the same props. */
import './nearside.css'
import type { ReactNode } from 'react'
import type { ListOptions, ListQuery } from '../../core/ranking/apiLists.ts'
import { usePersonalizationContext } from './context.ts'
import { LearningPaused } from './LearningPaused.tsx'
import { ListSection, type ListWidgetProps } from './ListSection.tsx'
import { useChoice } from './useList.ts'

/** Props of `Recommendations`. */
export interface RecommendationsProps extends ListWidgetProps {
  /** Order of the items; `base`: the shop’s order, the same for everybody. Default `personal`. */
  readonly order?: ListOptions['order']
  /** The shopper's own items to leave out. Default: the option of `createPersonalizer`. */
  readonly exclude?: ListOptions['exclude']
  /** Further ids to leave out. */
  readonly excludeIds?: readonly string[]
  /** Restricts the list to this category. */
  readonly category?: string
  /** Maximum number of items with the same `groupId`, as long as there are others. Default 2. */
  readonly perFamily?: number
  /** Whether to diversify. False: ranked by score alone, even if all items share a category. */
  readonly diversify?: boolean
  /** Position among the page's lists without repeats: the list excludes items of lists with a smaller number. */
  readonly distinct?: number
  /** The page's name, for the shop's rules. */
  readonly page?: string
  /** Whether the shop's rules apply; default true. */
  readonly rules?: boolean
}

const OPTIONS = [
  'order',
  'exclude',
  'excludeIds',
  'category',
  'perFamily',
  'diversify',
  'distinct',
  'page',
  'rules',
] as const

const optionsOf = (props: RecommendationsProps): ListOptions => ({
  limit: props.limit ?? 8,
  ...Object.fromEntries(OPTIONS.map((name) => [name, props[name]])),
})

type Query = Exclude<ListQuery, { kind: 'rerank' }>
type Question = Query extends infer Q ? (Q extends Query ? Omit<Q, 'options'> : never) : never

interface ListProps {
  readonly props: RecommendationsProps
  /** Key of its title in the labels. */
  readonly name:
    | 'forYou'
    | 'bestSellers'
    | 'recentlyViewed'
    | 'buyAgain'
    | 'newForYou'
    | 'onYourMind'
    | 'newArrivals'
    | 'similar'
    | 'dearer'
    | 'boughtTogether'
    | 'basket'
  readonly ask?: Question
  readonly options?: ListOptions
  readonly note?: ReactNode
}

function List({ props, name, ask = { kind: 'recommend' }, options, note }: ListProps) {
  const { labels } = usePersonalizationContext()
  const query: Query = { ...ask, options: { ...optionsOf(props), ...options } }
  const state = useChoice(query, props.transformItems)
  return (
    <ListSection
      {...props}
      title={props.title ?? labels[name]}
      list={props.list ?? name}
      state={state}
      note={note}
    />
  )
}

/** The best items for this shopper; while learning is paused, also a notice with a button to resume it. */
export function Recommendations(props: RecommendationsProps) {
  const note = props.order !== 'base' && <LearningPaused />
  return <List props={props} name="forYou" note={note} />
}

/** Props of a list with an order of its own. */
export type OrderedListProps = Omit<RecommendationsProps, 'order'>

/** Items popular with all shoppers, in the same order for everybody. */
export function Trending(props: OrderedListProps) {
  return <List props={props} name="bestSellers" options={{ order: 'base' }} />
}

/** Items that this shopper viewed, latest first. On a product's page, pass its id in `excludeIds`. */
export function RecentlyViewed(props: OrderedListProps) {
  return <List props={props} name="recentlyViewed" options={{ from: 'viewed' }} />
}

/** Items that this shopper bought and that are due again (see `from` of `ListOptions`), without the basket's. */
export function BuyAgain(props: RecommendationsProps) {
  return <List props={props} name="buyAgain" options={{ from: 'bought' }} />
}

/** The best items for this shopper that they never bought. */
export function NewForYou(props: RecommendationsProps) {
  return <List props={props} name="newForYou" options={{ from: 'unbought' }} />
}

/** Items that this shopper viewed, wished for or put into the basket before this visit, and never bought. */
export function OnYourMind(props: RecommendationsProps) {
  return <List props={props} name="onYourMind" options={{ from: 'considered' }} />
}

/** Items that the shop added within 30 days (see `from` of `ListOptions`), best for this shopper first. */
export function NewArrivals(props: RecommendationsProps) {
  return <List props={props} name="newArrivals" options={{ from: 'new' }} />
}

/** Props of a list about one item. */
export interface ItemListProps extends Omit<RecommendationsProps, 'category'> {
  /** Id of the item that the list is about. */
  readonly item: string
}

/** Items like this one. */
export function RelatedItems(props: ItemListProps) {
  return <List props={props} name="similar" ask={{ kind: 'similar', item: props.item }} />
}

/** Props of a list of more expensive items. */
export interface UpSellProps extends ItemListProps {
  /** Largest price as a multiple of the item's price, above 1. Default 1.5. */
  readonly upTo?: number
}

/** Items like this one that cost more. */
export function UpSell({ upTo = 1.5, ...props }: UpSellProps) {
  const ask = { kind: 'similar', item: props.item } as const
  return <List props={props} name="dearer" ask={ask} options={{ dearer: upTo }} />
}

/** Items bought in the same orders as this one. */
export function BoughtTogether(props: ItemListProps) {
  return (
    <List props={props} name="boughtTogether" ask={{ kind: 'boughtTogether', item: props.item }} />
  )
}

/** Props of a list about a basket. */
export interface BasketListProps extends RecommendationsProps {
  /** Ids of the items in the basket. */
  readonly items: readonly string[]
}

/** Items bought in the same orders as the basket's items, without these. */
export function CompleteTheBasket(props: BasketListProps) {
  return <List props={props} name="basket" ask={{ kind: 'boughtTogether', item: props.items }} />
}
