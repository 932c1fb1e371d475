/** @module React bindings: provider, hooks, widgets. */
export { ItemCard, type ItemComponentProps } from './ui/react/ItemCard.tsx'
export { LearningPaused } from './ui/react/LearningPaused.tsx'
export type {
  HeaderComponentProps,
  LayoutComponentProps,
  ListWidgetProps,
} from './ui/react/ListSection.tsx'
export { ENGLISH, type Labels } from './ui/react/labels.ts'
export type { ListState } from './ui/react/listObserver.ts'
export {
  PersonalizationPanel,
  type PersonalizationPanelProps,
} from './ui/react/PersonalizationPanel.tsx'
export {
  PersonalizationProvider,
  type PersonalizationProviderProps,
} from './ui/react/PersonalizationProvider.tsx'
export { reasonText } from './ui/react/reason.ts'
export {
  type RerankState,
  useBoughtTogether,
  useRecommendations,
  useRelatedItems,
  useRerank,
} from './ui/react/useList.ts'
export { usePersonalization, usePersonalizer } from './ui/react/usePersonalizer.ts'
export { WhyThis, type WhyThisProps } from './ui/react/WhyThis.tsx'
export {
  type BasketListProps,
  BoughtTogether,
  BuyAgain,
  CompleteTheBasket,
  type ItemListProps,
  NewArrivals,
  NewForYou,
  OnYourMind,
  type OrderedListProps,
  RecentlyViewed,
  Recommendations,
  type RecommendationsProps,
  RelatedItems,
  Trending,
  UpSell,
  type UpSellProps,
} from './ui/react/widgets.tsx'
