export type { Item } from './catalog/item.ts'
export { EVENT_NAMES, type EventName } from './events/event.ts'
export type { LedgerEntry } from './ledger/entry.ts'
export type {
  CaptureInput,
  EnginePreference,
  FitReport,
  ListOptions,
  Notice,
  Personalizer,
  PersonalizerOptions,
  PersonalizerSnapshot,
  Reason,
  Recommendation,
} from './personalizer/api.ts'
export { createPersonalizer } from './personalizer/createPersonalizer.ts'
export { type ErrorCode, NearsideError } from './protocol/error.ts'
