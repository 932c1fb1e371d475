export type {
  CaptureInput,
  Forgettable,
  PastOrder,
  Personalizer,
  PersonalizerOptions,
} from '@nearside/browser/api.ts'
export type {
  EnginePreference,
  FitReport,
  Notice,
  PersonalizerSnapshot,
} from '@nearside/browser/apiSnapshot.ts'
export type { ContributionTerms, Recipients } from '@nearside/browser/contribution/terms.ts'
export type { ModelKeys } from '@nearside/browser/learning/release.ts'
export type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
export { createPersonalizer } from '@nearside/browser/page/createPersonalizer.ts'
export type { Item } from '@nearside/core/catalog/item.ts'
export { withLive } from '@nearside/core/catalog/live.ts'
export { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
export type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
export type {
  Explanation,
  ListAnswer,
  ListOptions,
  ListQuery,
  Reason,
  Recommendation,
  RerankOptions,
  Signal,
} from '@nearside/core/ranking/apiLists.ts'
export type { Rule, RuleCondition, RuleItems } from '@nearside/core/rules/rule.ts'
