#!/usr/bin/env node
/** @module Entry point of `npm run nearside -- <command>` in the repository: commands of both packages, benchmarks. */
import { runLoaded } from './program.ts'
import { SERVER_COMMANDS } from './serverCommands.ts'
import { TOOL_COMMANDS } from './toolCommands.ts'

const commands = {
  ...TOOL_COMMANDS,
  ...SERVER_COMMANDS,
  bench: () => import('./commands/bench.ts'),
}
await runLoaded('nearside', commands, process.argv.slice(2))
