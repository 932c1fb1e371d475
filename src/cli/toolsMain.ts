#!/usr/bin/env node
/** @module Entry point of `nearside <command>`, if `nearside-tools` is installed. */
import { runLoaded } from './program.ts'
import { TOOL_COMMANDS } from './toolCommands.ts'

const argv = process.argv.slice(2)
if (argv[0] === 'serve') {
  console.error('nearside: serve is part of nearside-server: npx nearside-server serve')
  process.exitCode = 2
} else await runLoaded('nearside', TOOL_COMMANDS, argv)
