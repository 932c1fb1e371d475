/** @module React bindings: provider, hooks, widgets. */
export { wordsIn } from '@nearside/browser/page/words.ts'
export { troubleText } from '@nearside/ui/messages/lists.ts'
export { ENGLISH, type Labels } from '@nearside/ui/messages/panel.ts'
export type { ItemComponentProps } from '@nearside/ui/react/ItemCard.tsx'
export { WhyThis } from '@nearside/ui/react/ItemCard.tsx'
export { LearningPaused } from '@nearside/ui/react/LearningPaused.tsx'
export type { RecommendationsProps } from '@nearside/ui/react/ListSection.tsx'
export { PersonalizationPanel } from '@nearside/ui/react/PersonalizationPanel.tsx'
export { PersonalizationProvider } from '@nearside/ui/react/PersonalizationProvider.tsx'
export { useAnswers } from '@nearside/ui/react/useAnswers.tsx'
export {
  useBoughtTogether,
  useRecommendations,
  useRelatedItems,
  useRerank,
} from '@nearside/ui/react/useList.ts'
export { usePersonalization, usePersonalizer } from '@nearside/ui/react/usePersonalizer.ts'
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
} from '@nearside/ui/react/widgets.tsx'
