/** @module `bench contribute`: time in which a device makes a report, and CPU time in which both servers check it. */

import {
  importOpeningKeys,
  type OpeningKeys,
  openSeal,
} from '@nearside/aggregate/privacy/openSeal.ts'
import { isProven, prepare } from '@nearside/aggregate/privacy/pine/pine.ts'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { exportSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import { helperSeeds } from '@nearside/aggregate/privacy/shares.ts'
import { consentHash, policyTerms, requireConsent } from '@nearside/aggregate/protocol/consent.ts'
import { circuitOf, parseReport, reportAad, sealInfo } from '@nearside/aggregate/protocol/report.ts'
import { serverXof } from '@nearside/aggregate/server/keystream.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { fromHex } from '@nearside/core/bytes.ts'
import { inPage, type Progress } from './browser.ts'
import { BENCH_UPDATE, benchRound } from './contributeTask.ts'
import { type Report, resultOf } from './report.ts'

const REPORTS = 200

/** Mean CPU milliseconds of a run in all threads, for each block of runs. */
async function cpuOf(run: () => Promise<unknown>, blocks: number): Promise<number[]> {
  const times: number[] = []
  for (let block = 0; block <= blocks; block++) {
    const start = process.cpuUsage()
    for (let i = 0; i < REPORTS; i++) await run()
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000 / REPORTS)
  }
  // The first block is dropped, because it includes compilation.
  return times.slice(1)
}

export async function contribute(blocks: number, progress: Progress): Promise<Report> {
  const page = await inPage('contribute', blocks, progress)
  const { task, ...keys } = await benchRound()
  const opening = async (role: 'leader' | 'helper') => {
    const { publicKey, privateKey } = await exportSealingKeys(keys[role])
    return importOpeningKeys(publicKey, privateKey)
  }
  const [leader, helper] = [await opening('leader'), await opening('helper')]
  const { policy, policyHash, round } = task
  const { body } = await makeReport(BENCH_UPDATE, task, cryptoRandomBytes)
  const { header, leaderShare, helperShare } = parseReport(body, policy)
  const [circuit, nonce, key] = [circuitOf(policy), fromHex(header.id), cryptoRandomBytes(32)]
  const binding = { task: policy.task, round, policyHash, modelHash: policy.model.hash }
  const consent = await consentHash(policyTerms(policy))
  const unseal = async (role: 'leader' | 'helper', opener: OpeningKeys, share: Uint8Array) =>
    requireConsent(
      await openSeal(opener, share, sealInfo(role), reportAad(policy.task, header)),
      consent,
    )
  const ofLeader = await unseal('leader', leader, leaderShare)
  const seeds = await helperSeeds(await unseal('helper', helper, helperShare), binding)
  const halfOf = (role: 'leader' | 'helper', share: Uint8Array) =>
    prepare(circuit, role, key, nonce, header.publicShare, share, serverXof)
  const first = await halfOf('leader', ofLeader)
  const check = async () => {
    const other = await halfOf('helper', seeds)
    if (!first || !other || !isProven(circuit, first.verifiers, other.verifiers))
      throw new Error('an honest report was refused')
  }
  const jobs = {
    'leader: open its share': () => unseal('leader', leader, leaderShare),
    'leader: half of the check': () => halfOf('leader', ofLeader),
    'helper: open its share': () => unseal('helper', helper, helperShare),
    'helper: the other half, and the verdict': check,
  }
  const results = []
  for (const [engine, run] of Object.entries(jobs)) {
    progress(engine, 0, 1)
    results.push(resultOf({ workload: 'check-102', engine, blocks: await cpuOf(run, blocks) }))
  }
  return {
    ...page,
    results: [...page.results, ...results],
    notes: [
      ...page.notes,
      `check-102: CPU of Node ${process.versions.node}, all threads. Leader to helper: ${4 * circuit.verifiersLength} bytes of verifiers per report; helper to leader: one byte.`,
    ],
  }
}
