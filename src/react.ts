/** @module React bindings: provider, hooks, widgets. */
export type { ItemComponentProps } from './ui/react/ItemCard.tsx'
export { LearningPaused } from './ui/react/LearningPaused.tsx'
export type { RecommendationsProps } from './ui/react/ListSection.tsx'
export { ENGLISH, type Labels } from './ui/react/labels.ts'
export type { ListState } from './ui/react/listObserver.ts'
export { PersonalizationPanel } from './ui/react/PersonalizationPanel.tsx'
export { PersonalizationProvider } from './ui/react/PersonalizationProvider.tsx'
export {
  useBoughtTogether,
  useRecommendations,
  useRelatedItems,
  useRerank,
} from './ui/react/useList.ts'
export { usePersonalization, usePersonalizer } from './ui/react/usePersonalizer.ts'
export { WhyThis } from './ui/react/WhyThis.tsx'
export {
  BoughtTogether,
  BuyAgain,
  CompleteTheBasket,
  NewArrivals,
  NewForYou,
  OnYourMind,
  RecentlyViewed,
  Recommendations,
  RelatedItems,
  Trending,
  UpSell,
} from './ui/react/widgets.tsx'
