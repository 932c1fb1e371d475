/** @module A folder for the test that runs, gone when that test has ended, however it ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-test-'))
  // A process that the test killed may still be letting go of its files.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
