/** @module The commands of `nearside`, each loaded on demand. */
import type { Subcommand } from './command.ts'

export const COMMANDS: Readonly<Record<string, () => Promise<{ command: Subcommand }>>> = {
  import: () => import('./import.ts'),
  pretrain: () => import('./pretrain.ts'),
  'build-shop': () => import('./buildShop.ts'),
  evaluate: () => import('./evaluate.ts'),
  inspect: () => import('./inspect.ts'),
  compare: () => import('./compare.ts'),
  measure: () => import('./measure.ts'),
  rules: () => import('./rules.ts'),
  rollback: () => import('./rollback.ts'),
  publish: () => import('./publish.ts'),
  doctor: () => import('./doctor.ts'),
  keys: () => import('./keys.ts'),
  sign: () => import('./sign.ts'),
  serve: () => import('./serve.ts'),
  simulate: () => import('./simulate.ts'),
  epsilon: () => import('./epsilon.ts'),
  audit: () => import('./audit.ts'),
  'attack-report': () => import('./attackReport.ts'),
  'prove-egress': () => import('./proveEgress.ts'),
  bench: () => import('./bench.ts'),
}
