/** @module The list widgets: a hook each, shown by the same section with the same slots. */
import './nearside.css'
import type { ListOptions } from '../personalizer/api.ts'
import { usePersonalizationContext } from './context.ts'
import { ListSection, type ListWidgetProps } from './ListSection.tsx'
import { useBoughtTogether, useRecommendations, useRelatedItems } from './useList.ts'

export interface RecommendationsProps extends ListWidgetProps {
  readonly order?: ListOptions['order']
  readonly exclude?: readonly string[]
  readonly category?: string
}

/** The best items for this shopper. */
export function Recommendations({ order, exclude, category, ...slots }: RecommendationsProps) {
  const state = useRecommendations({ limit: slots.limit ?? 8, order, exclude, category })
  return <ListSection {...slots} state={state} />
}

export interface ItemListProps extends ListWidgetProps {
  /** Id of the item that the list is about. */
  readonly item: string
  readonly order?: ListOptions['order']
  readonly exclude?: readonly string[]
}

/** Items like this one. */
export function RelatedItems({ item, order, exclude, ...slots }: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const state = useRelatedItems(item, { limit: slots.limit ?? 8, order, exclude })
  return <ListSection title={labels.similar} {...slots} state={state} />
}

/** Items bought in the same orders as this one. */
export function BoughtTogether({ item, order, exclude, ...slots }: ItemListProps) {
  const { labels } = usePersonalizationContext()
  const state = useBoughtTogether(item, { limit: slots.limit ?? 8, order, exclude })
  return <ListSection title={labels.boughtTogether} {...slots} state={state} />
}
