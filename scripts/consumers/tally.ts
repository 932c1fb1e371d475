/** @module Prints each check's result as it ends, and stops servers and browsers after the last check. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const WORK = mkdtempSync(join(tmpdir(), 'nearside-consumers-'))

export const tally = { passed: 0, failed: 0 }
const stops: (() => void)[] = []

process.once('exit', () => {
  for (const stop of stops) stop()
  rmSync(WORK, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

export function atTheEnd(stop: () => void): void {
  stops.push(stop)
}

/** Reports a check's result. An empty `problem` means that the check passed. */
export function report(name: string, what: string, problem: string): void {
  if (problem === '') tally.passed++
  else tally.failed++
  console.log(`  ${problem === '' ? '✓' : '✗'} ${name}: ${what}${problem && ` — ${problem}`}`)
}

/** Runs a command silently; prints its output only if it fails. @returns its output */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, signal, error, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 900_000,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (status === 0) return stdout
  process.stdout.write(stdout ?? '')
  const why = error?.message ?? signal ?? `exit code ${status}`
  throw new Error(`${[command, ...args].join(' ')}: ${why}`)
}
