/** @module Commands of `nearside-tools`, each loaded on demand. */
import type { Loaders } from './program.ts'

export const TOOL_COMMANDS: Loaders = {
  import: () => import('./commands/import.ts'),
  sql: () => import('./commands/sql.ts'),
  pretrain: () => import('./commands/pretrain.ts'),
  'build-shop': () => import('./commands/buildShop.ts'),
  evaluate: () => import('./commands/evaluate.ts'),
  inspect: () => import('./commands/inspect.ts'),
  compare: () => import('./commands/compare.ts'),
  measure: () => import('./commands/measure.ts'),
  rules: () => import('./commands/rules.ts'),
  studio: () => import('./commands/studio.ts'),
  rollback: () => import('./commands/rollback.ts'),
  publish: () => import('./commands/publish.ts'),
  sync: () => import('./commands/sync.ts'),
  doctor: () => import('./commands/doctor.ts'),
  keys: () => import('./commands/keys.ts'),
  sign: () => import('./commands/sign.ts'),
  simulate: () => import('./commands/simulate.ts'),
  epsilon: () => import('./commands/epsilon.ts'),
  audit: () => import('./commands/audit.ts'),
  'attack-report': () => import('./commands/attackReport.ts'),
  'prove-egress': () => import('./commands/proveEgress.ts'),
}
