#!/usr/bin/env node
/** @module `nearside <command>`. */
import type { Subcommand } from './command.ts'
import { runProcess } from './program.ts'

/** Loaded on demand, so that a command starts fast. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Subcommand }>>> = {
  import: () => import('./import.ts'),
  pretrain: () => import('./pretrain.ts'),
  evaluate: () => import('./evaluate.ts'),
  serve: () => import('./serve.ts'),
  bench: () => import('./bench.ts'),
}

const argv = process.argv.slice(2)
const named = Object.hasOwn(COMMANDS, argv[0] ?? '') ? [COMMANDS[argv[0]]] : Object.values(COMMANDS)
const loaded = await Promise.all(named.map((load) => load()))
process.exitCode = await runProcess(
  'nearside',
  loaded.map(({ command }) => command),
  argv,
)
