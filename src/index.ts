export type { Item } from './core/catalog/item.ts'
export { type ErrorCode, NearsideError } from './core/error.ts'
export type { EventName, ShopperEvent } from './core/events/event.ts'
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
export type { Rule, RuleCondition, RuleItems } from './core/rules/rule.ts'
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
export type { ModelKeys } from './device/learning/release.ts'
export type { LedgerEntry } from './device/ledger/entry.ts'
export type { ContributionTerms, Recipients } from './device/upload/terms.ts'
export { createPersonalizer } from './sdk/createPersonalizer.ts'
