/** @module The list widgets: a hook each, shown by the same section with the same slots. */
import './nearside.css'
import type { ListOptions } from '../../device/api.ts'
import { usePersonalizationContext } from './context.ts'
import { ListSection, type ListWidgetProps } from './ListSection.tsx'
import { useBoughtTogether, useRecommendations, useRelatedItems } from './useList.ts'

/** What `Recommendations` shows. */
export interface RecommendationsProps extends ListWidgetProps {
  /** `base`: the shop’s order, the same for everybody. Default `personal`. */
  readonly order?: ListOptions['order']
  /** Ids that are left out. */
  readonly exclude?: readonly string[]
  /** Only items of this category. */
  readonly category?: string
}

const optionsOf = ({ limit = 8, order, exclude, category }: RecommendationsProps) => ({
  limit,
  order,
  exclude,
  category,
})

/** The best items for this shopper. */
export function Recommendations(props: RecommendationsProps) {
  return <ListSection {...props} state={useRecommendations(optionsOf(props))} />
}

/** What a list about one item shows. */
export interface ItemListProps extends Omit<RecommendationsProps, 'category'> {
  /** Id of the item that the list is about. */
  readonly item: string
}

/** Items like this one. */
export function RelatedItems(props: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const state = useRelatedItems(props.item, optionsOf(props))
  return <ListSection title={labels.similar} {...props} state={state} />
}

/** Items bought in the same orders as this one. */
export function BoughtTogether(props: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const state = useBoughtTogether(props.item, optionsOf(props))
  return <ListSection title={labels.boughtTogether} {...props} state={state} />
}
