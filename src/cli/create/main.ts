#!/usr/bin/env node
/** @module Entry point of `npm create nearside`. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline/promises'
import { runCreate } from './runCreate.ts'
import { startProject } from './startProject.ts'

const stopped = new AbortController()
const { stdin: input, stdout: output, env } = process
const terminal = input.isTTY ? createInterface({ input, output }) : null
terminal?.once('close', () => stopped.abort())
const ask = (question: string) => terminal?.question(question, { signal: stopped.signal })

try {
  const opens = input.isTTY && output.isTTY && !env.CI
  const project = await runCreate(process.argv.slice(2), terminal && ask, console.log, opens)
  // From here on, npm's commands read the keyboard.
  terminal?.close()
  const write = (text: string) => output.write(text)
  const failure = project && (await startProject(project, { spawn, write, opens }))
  if (failure) throw new Error(failure)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const stoppedByUser = code === 'ABORT_ERR'
  console.error(`create-nearside: ${stoppedByUser ? 'stopped; nothing was written' : message}`)
  process.exitCode = 1
} finally {
  terminal?.close()
}
