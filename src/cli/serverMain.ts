#!/usr/bin/env node
/** @module Entry point of `nearside-server <command>`. */
import { runLoaded } from './program.ts'
import { SERVER_COMMANDS } from './serverCommands.ts'

await runLoaded('nearside-server', SERVER_COMMANDS, process.argv.slice(2))
