/** @module React bindings: provider, hooks, widgets. */
export { ItemCard, type ItemComponentProps } from './react/ItemCard.tsx'
export type {
  HeaderComponentProps,
  LayoutComponentProps,
  ListWidgetProps,
} from './react/ListSection.tsx'
export { ENGLISH, type Labels } from './react/labels.ts'
export type { ListState } from './react/listObserver.ts'
export {
  PersonalizationPanel,
  type PersonalizationPanelProps,
} from './react/PersonalizationPanel.tsx'
export {
  PersonalizationProvider,
  type PersonalizationProviderProps,
} from './react/PersonalizationProvider.tsx'
export { reasonText } from './react/reason.ts'
export {
  type RerankState,
  useBoughtTogether,
  useRecommendations,
  useRelatedItems,
  useRerank,
} from './react/useList.ts'
export { usePersonalization, usePersonalizer } from './react/usePersonalizer.ts'
export { WhyThis, type WhyThisProps } from './react/WhyThis.tsx'
export {
  BoughtTogether,
  type ItemListProps,
  Recommendations,
  type RecommendationsProps,
  RelatedItems,
} from './react/widgets.tsx'
