/** @module The list widgets: a hook each, shown by the same section with the same slots. */
import './nearside.css'
import type { ListOptions } from '../../device/apiLists.ts'
import { usePersonalizationContext } from './context.ts'
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

/** The best items for this shopper. */
export function Recommendations(props: RecommendationsProps) {
  const state = useChoice({ kind: 'recommend', options: optionsOf(props) }, props.transformItems)
  return <ListSection {...props} state={state} />
}

/** What a list about one item shows. */
export interface ItemListProps extends Omit<RecommendationsProps, 'category'> {
  /** Id of the item that the list is about. */
  readonly item: string
}

/** Items like this one. */
export function RelatedItems(props: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const { item, transformItems } = props
  const state = useChoice({ kind: 'similar', item, options: optionsOf(props) }, transformItems)
  return <ListSection title={labels.similar} {...props} state={state} />
}

/** Items bought in the same orders as this one. */
export function BoughtTogether(props: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const { item, transformItems } = props
  const query = { kind: 'boughtTogether', item, options: optionsOf(props) } as const
  const state = useChoice(query, transformItems)
  return <ListSection title={labels.boughtTogether} {...props} state={state} />
}
