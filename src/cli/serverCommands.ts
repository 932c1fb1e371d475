/** @module Commands of `nearside-server`, each loaded on demand. */
import type { Loaders } from './program.ts'

export const SERVER_COMMANDS: Loaders = {
  serve: () => import('./commands/serve.ts'),
  epsilon: () => import('./commands/epsilon.ts'),
  keys: () => import('./commands/keys.ts'),
  rollback: () => import('./commands/rollback.ts'),
}
