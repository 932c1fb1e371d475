export type { Item } from './core/catalog/item.ts'
export { type ErrorCode, NearsideError } from './core/error.ts'
export type { Cleaning } from './core/events/cleanings.ts'
export { EVENT_NAMES, type EventName, type ShopperEvent } from './core/events/event.ts'
export type { ShopContext } from './core/features/context/context.ts'
export type { Imbalance, LearnerName, LearnerWeight } from './core/personal/learners/names.ts'
export type { StrategyName } from './core/personal/strategy.ts'
export type {
  Explanation,
  ListAnswer,
  ListOptions,
  ListQuery,
  Reason,
  Recommendation,
  RerankOptions,
  Signal,
} from './core/ranking/apiLists.ts'
export type { Exclusion } from './core/ranking/listQuery.ts'
export type {
  ItemGroup,
  NumberRange,
  Rule,
  RuleCondition,
  RuleItems,
} from './core/rules/rule.ts'
export type {
  CaptureInput,
  Forgettable,
  PastOrder,
  Personalizer,
  PersonalizerOptions,
} from './device/api.ts'
export type {
  EnginePreference,
  FitReport,
  Notice,
  PersonalizerSnapshot,
} from './device/apiSnapshot.ts'
export type { TrainingBudget } from './device/learning/budget.ts'
export type { ModelKeys } from './device/learning/release.ts'
export type { LedgerEntry } from './device/ledger/entry.ts'
export type { Persist } from './device/persists.ts'
export type { ContributionTerms, Recipients } from './device/upload/terms.ts'
export { createPersonalizer } from './sdk/createPersonalizer.ts'
