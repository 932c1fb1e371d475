/** @module The list widgets: a hook each, shown by the same section with the same slots. */
import './nearside.css'
import type { ReactNode } from 'react'
import type { ListOptions, ListQuery } from '../../core/ranking/apiLists.ts'
import { usePersonalizationContext } from './context.ts'
import { LearningPaused } from './LearningPaused.tsx'
import { ListSection, type ListWidgetProps } from './ListSection.tsx'
import { useChoice } from './useList.ts'

/** What `Recommendations` shows. */
export interface RecommendationsProps extends ListWidgetProps {
  /** `base`: the shop’s order, the same for everybody. Default `personal`. */
  readonly order?: ListOptions['order']
  /** What of the shopper's own is left out. Default: what `createPersonalizer` was told. */
  readonly exclude?: ListOptions['exclude']
  /** Ids that are left out besides. */
  readonly excludeIds?: readonly string[]
  /** Only items of this category. */
  readonly category?: string
  /** Items with the same `groupId` at most, as long as there are others. Default 2. */
  readonly perFamily?: number
  /** False: by score alone, even where all are of one category. */
  readonly diversify?: boolean
  /** Lists with such a number repeat nothing of those with a smaller one: 1 for the first of the page. */
  readonly distinct?: number
  /** The page's name, for the shop's rules. */
  readonly page?: string
  /** False: without the shop's rules. */
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
  /** Of its title, among the labels. */
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

/** The best items for this shopper; while learning is paused, a line with a button that resumes it. */
export function Recommendations(props: RecommendationsProps) {
  const note = props.order !== 'base' && <LearningPaused />
  return <List props={props} name="forYou" note={note} />
}

/** What a list with an order of its own shows. */
export type OrderedListProps = Omit<RecommendationsProps, 'order'>

/** What is popular with all shoppers, in the order that is the same for everybody. */
export function Trending(props: OrderedListProps) {
  return <List props={props} name="bestSellers" options={{ order: 'base' }} />
}

/** What this shopper viewed, the latest first; on a product's page, give its id as one of `excludeIds`. */
export function RecentlyViewed(props: OrderedListProps) {
  return <List props={props} name="recentlyViewed" options={{ from: 'viewed' }} />
}

/** What this shopper bought before and is due again (see `from` of `ListOptions`), without what lies in the basket. */
export function BuyAgain(props: RecommendationsProps) {
  return <List props={props} name="buyAgain" options={{ from: 'bought' }} />
}

/** The best for this shopper of what they never bought. */
export function NewForYou(props: RecommendationsProps) {
  return <List props={props} name="newForYou" options={{ from: 'unbought' }} />
}

/** What this shopper viewed, wished for or put into the basket before this visit, and never bought. */
export function OnYourMind(props: RecommendationsProps) {
  return <List props={props} name="onYourMind" options={{ from: 'considered' }} />
}

/** What the shop added within 30 days (see `from` of `ListOptions`), the best for this shopper first. */
export function NewArrivals(props: RecommendationsProps) {
  return <List props={props} name="newArrivals" options={{ from: 'new' }} />
}

/** What a list about one item shows. */
export interface ItemListProps extends Omit<RecommendationsProps, 'category'> {
  /** Id of the item that the list is about. */
  readonly item: string
}

/** Items like this one. */
export function RelatedItems(props: ItemListProps) {
  return <List props={props} name="similar" ask={{ kind: 'similar', item: props.item }} />
}

/** What a list of dearer items shows. */
export interface UpSellProps extends ItemListProps {
  /** How many times the item's price they cost at most, above 1. Default 1.5. */
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

/** What a list about a basket shows. */
export interface BasketListProps extends RecommendationsProps {
  /** Ids of what lies in it. */
  readonly items: readonly string[]
}

/** Items bought in the same orders as what lies in the basket, and none of that. */
export function CompleteTheBasket(props: BasketListProps) {
  return <List props={props} name="basket" ask={{ kind: 'boughtTogether', item: props.items }} />
}
