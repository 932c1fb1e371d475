#!/usr/bin/env node
/** @module Entry point of `npm create nearside`. */
import { createInterface } from 'node:readline/promises'
import { runCreate } from './runCreate.ts'

const stopped = new AbortController()
const { stdin: input, stdout: output } = process
const terminal = input.isTTY ? createInterface({ input, output }) : null
terminal?.once('close', () => stopped.abort(new Error('stopped; nothing was written')))
const ask = (question: string) => terminal?.question(question, { signal: stopped.signal })

try {
  await runCreate(process.argv.slice(2), terminal && ask, console.log)
} catch (error) {
  const { message } = stopped.signal.aborted ? stopped.signal.reason : (error as Error)
  console.error(`create-nearside: ${message}`)
  process.exitCode = 1
} finally {
  terminal?.close()
}
