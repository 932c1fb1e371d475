#!/usr/bin/env node
/** @module Entry point of `nearside <command>`. */
import { COMMANDS } from './commands.ts'
import { runProcess } from './program.ts'

const argv = process.argv.slice(2)
const named = Object.hasOwn(COMMANDS, argv[0] ?? '') ? [COMMANDS[argv[0]]] : Object.values(COMMANDS)
const loaded = await Promise.all(named.map((load) => load()))
process.exitCode = await runProcess(
  'nearside',
  loaded.map(({ command }) => command),
  argv,
)
