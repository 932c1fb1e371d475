export type { Item } from './catalog/item.ts'
export { EVENT_NAMES, type EventName, type ShopperEvent } from './events/event.ts'
export type { ShopContext } from './features/context/context.ts'
export type { StrategyName } from './learning/strategy.ts'
export type { LedgerEntry } from './ledger/entry.ts'
export type {
  CaptureInput,
  EnginePreference,
  Explanation,
  FitReport,
  Forgettable,
  ListOptions,
  Notice,
  Personalizer,
  PersonalizerOptions,
  PersonalizerSnapshot,
  Reason,
  Recommendation,
  RerankOptions,
  Signal,
} from './personalizer/api.ts'
export { createPersonalizer } from './personalizer/createPersonalizer.ts'
export { type ErrorCode, NearsideError } from './protocol/error.ts'
export type { TrainingBudget } from './training/budget.ts'
