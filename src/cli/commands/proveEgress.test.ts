import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Outcome } from '@nearside/audit/egress/order.ts'
import {
  createReport,
  describeReport,
  type SignedReport,
  signReport,
} from '@nearside/audit/egress/report.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './proveEgress.ts'

const probe = (kind: 'channel' | 'planted', lifted: string, policed = 'nothing') =>
  ({ name: `a ${kind}`, kind, where: 'page', lifted, policed }) as Outcome['probes'][number]
const marks = { planted: 1000, held: 1000, found: 0 }
const SHOPPER = { events: 9, requests: 4, questions: 0, own: 0, bytes: 99, findings: [], marks }
const OUTCOME: Outcome = {
  ...{
    method: 'capture',
    browser: 'Chromium 156',
    browserNames: [],
    declared: 3,
    declaredHash: '',
  },
  headers: {},
  shoppers: [SHOPPER, SHOPPER],
  difference: { first: [], second: [], more: [], order: [] },
  probes: [
    ...Array.from({ length: 30 }, () => probe('planted', 'found', 'found')),
    probe('channel', 'found'),
    probe('channel', 'nothing'),
  ],
}
const reportOf = (outcome: Outcome) =>
  createReport(outcome, { url: 'http://localhost:8790/', idle: 1, made: '2026-11-27T00:00:00Z' })
const faultsOf = (change: Partial<Outcome>) => reportOf({ ...OUTCOME, ...change }).faults.join('; ')
const check = (signed: SignedReport) => {
  const file = join(testFolder(), 'report.json')
  writeFileSync(file, JSON.stringify(signed))
  return runCommand(command, { flags: { check: file } })
}

it('prove-egress reports no fault if it found every leak that it planted, nothing unexplained, and no open channel', () => {
  const report = reportOf(OUTCOME)
  expect(report).toMatchObject({ faults: [], open: [], untried: ['a channel (page)'] })
  expect(report.leaks).toEqual({ planted: 31, found: 31, missed: [] })
  const text = describeReport(signReport(report))
  expect(text).toContain('Nothing unexplained was found.')
  expect(text).toContain('nothing is known of them: a channel (page)')
})

it('prove-egress reports each kind of fault', () => {
  const finding = { time: 0, to: 'x:1', what: 'GET /?a', bytes: 3, reasons: ['asks'], marks: ['m'] }
  const found = { ...SHOPPER, findings: [finding], marks: { ...marks, held: 9, found: 1 } }
  expect(faultsOf({ shoppers: [SHOPPER, found] })).toBe(
    '1 unexplained in what left; 1 marks of the shoppers’ data in what left; the device holds 9 of 1000 marks',
  )
  expect(
    describeReport(signReport(reportOf({ ...OUTCOME, shoppers: [SHOPPER, found] }))),
  ).toContain('GET /?a')
  const probes = [probe('channel', 'found', 'found'), probe('planted', 'nothing')]
  expect(faultsOf({ probes })).toBe(
    'open channels to other servers: a channel (page); planted leaks not found: a planted (page); only 1 planted leaks were found',
  )
  // If a shop starts no worker even without its Content-Security-Policy, probes of workers can't run. That is no fault.
  const none = probe('channel', 'no worker', 'no worker')
  expect(faultsOf({ probes: [...OUTCOME.probes, none] })).toBe('')
  expect(faultsOf({ probes: [...OUTCOME.probes, probe('channel', 'found', 'no worker')] })).toBe(
    '1 channels could not be tried under the policy, because no worker started',
  )
})

it('prove-egress --check accepts the signature of a report, and rejects an altered report', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signed = signReport(reportOf(OUTCOME), pem)
  expect(signReport(reportOf(OUTCOME), pem)).toEqual(signed)
  expect((await check(signed)).printed).toEqual([`unchanged since it was signed, by ${signed.key}`])
  const changed = { ...signed, report: { ...signed.report, idle: 600 } }
  await expect(check(changed)).rejects.toThrow(/was changed/)
})

it('prove-egress refuses invalid options and an unreachable shop before the proof starts', async () => {
  const run = (...positionals: string[]) => runCommand(command, { positionals })
  await expect(run('shop.example')).rejects.toThrow(/http\(s\) URL/)
  await expect(run('--events', '0')).rejects.toThrow(/whole number/)
  await expect(run('--markdown', '/nowhere/at/all.md')).rejects.toThrow(/no such folder/)
  vi.stubEnv('NEARSIDE_CHROMIUM', '/bin/true')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(run('http://localhost:9/', '--without-root')).rejects.toThrow(/does not answer/)
})

it('a failed proof prints the whole error, because the program’s last message has only the error’s first line', async () => {
  const shop = createServer().listen(0)
  vi.stubEnv('NEARSIDE_CHROMIUM', '/bin/false')
  onTestFinished(() => {
    shop.close()
    vi.unstubAllEnvs()
  })
  const printed: string[] = []
  const proof = runCommand(command, {
    positionals: [`http://localhost:${(shop.address() as AddressInfo).port}/`],
    flags: { 'without-root': true },
    print: (line) => printed.push(line),
  })
  await expect(proof).rejects.toMatchObject({ code: 'worker-failed' })
  expect(printed.at(-1)).toMatch(/^the proof failed: browserType\.[^\n]*\n(.*\n)*Call log:\n/)
})
