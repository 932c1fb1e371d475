import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingForProof } from '@nearside/audit/egress/prove.ts'
import type { SignedReport } from '@nearside/audit/egress/report.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { describe, expect, test } from 'vitest'

const missing = missingForProof({ url: 'http://localhost/' })
if (missing.length > 0) console.warn(`What leaves the shop is not captured: ${missing.join('; ')}`)

/** Channels (ways to send data) that this browser lacks, or doesn't use in every run. */
const ABSENT = [
  ...['attributionsrc', 'background fetch', 'fenced frame', 'speculation rules'],
  'speculation rules, prerender',
].map((name) => `${name} (page)`)
const ABSENT_IN_WINDOWS = ['report-uri of a meta', 'data: window'].map((name) => `${name} (opener)`)
/** Channels that the vault's worker removes from its own scope before the test can try them. */
const TAKEN = ['EventSource', 'WebTransport', 'worker of its own'].map((name) => `${name} (worker)`)

/** Runs the egress proof on the demo with these flags. @returns the report */
function proofOf(...flags: readonly string[]) {
  const json = join(testFolder(), 'egress.json')
  const script = join(import.meta.dirname, 'proveEgress.ts')
  const args = ['--events', '600', '--idle', '2', '--json', json, ...flags]
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, ...args],
    // NODE_ENV is unset, because the script possibly has to build the demo, and must build it in its published form.
    { encoding: 'utf8', env: { ...process.env, NODE_ENV: undefined } },
  )
  if (!existsSync(json)) throw new Error(`no report (${status}): ${stderr || stdout.slice(-3000)}`)
  const { report }: SignedReport = JSON.parse(readFileSync(json, 'utf8'))
  return { ...report, status }
}

describe.skipIf(missing.length > 0)('what leaves the demo', () => {
  test.each([
    ['with a vault', []],
    ['without a vault, with an agent that asks', ['--embedded']],
  ])(
    '%s: the demo sends only explained requests and opens no channel, and every planted leak is found',
    (name, flags) => {
      const { status, faults, shoppers, difference, open, leaks, untried } = proofOf(...flags)
      expect(difference).toEqual({ first: [], second: [], more: [], order: [] })
      for (const shopper of shoppers) {
        expect(shopper).toMatchObject({ events: 600, findings: [] })
        expect(shopper.requests).toBeGreaterThan(20)
        expect(shopper.marks).toEqual({ planted: 1000, held: 1000, found: 0 })
      }
      expect(open).toEqual([])
      expect({ status, faults }).toEqual({ status: 0, faults: [] })
      expect(leaks.missed).toEqual([])
      expect(leaks.found).toBe(leaks.planted)
      expect(leaks.found).toBeGreaterThanOrEqual(110)
      expect(untried).not.toContain('tool of an agent (page)')
      if (name === 'with a vault')
        expect(untried).toEqual([...ABSENT, ...ABSENT_IN_WINDOWS, ...TAKEN])
    },
    // The time limit is long, because the comparison of two shoppers can be repeated and the machine can be busy.
    1_800_000,
  )
})
