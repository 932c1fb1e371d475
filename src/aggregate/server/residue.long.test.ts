/** @module Searches the servers' disks byte by byte for remains of reports. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { encodeVector, fromHex, utf8 } from '@nearside/core/bytes.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it } from 'vitest'
import { expandHelperShare } from '../privacy/pine/pine.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { helperSeeds } from '../privacy/shares.ts'
import { HEADER_BYTES, HELPER_SHARE_BYTES } from '../protocol/report.ts'
import { openSqliteStore } from './store/store.ts'
import { createFederation, HELPER, LEADER } from './testFederation.ts'
import { post, randomUpdate } from './testReports.ts'

const GOAL = 500
const ROUNDS = 2

/** IPv6 network whose addresses count as one sender under the rate limits. */
const ADDRESS = '2001:db8:77:42::/64'
const ADDRESS_BYTES = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0x00, 0x77, 0x00, 0x42)

/** Bytes of every file in the folder: the database and its write-ahead log. */
function bytesOf(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}

/** Number of these byte strings that the folder contains. */
function found(folder: string, needles: readonly Uint8Array[]): number {
  const haystack = bytesOf(folder)
  return needles.filter((needle) => haystack.includes(Buffer.from(needle))).length
}

it(`the servers’ files hold no report or secret of an ended round, and never an address (${GOAL * ROUNDS} reports)`, async () => {
  const folders = { leader: testFolder(), helper: testFolder() }
  const address = [utf8(ADDRESS), utf8('2001:db8'), ADDRESS_BYTES]
  let asked = 0
  const federation = await createFederation({
    parameters: { aggregationGoal: GOAL, noiseMultiplier: 0.1 },
    leader: { store: openSqliteStore(join(folders.leader, 'l.sqlite')) },
    helper: { store: openSqliteStore(join(folders.helper, 'h.sqlite')) },
    app: {
      clientAddress: () => {
        asked++
        return ADDRESS
      },
    },
  })
  const { leaderStore, helperStore, fetch } = federation
  const get = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
  const over: Uint8Array[] = []
  const sealed: Uint8Array[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const task = await agreeTask({ get }, { leader: LEADER, helper: HELPER })
    const { policyHash, policy } = task
    const binding = { task: policy.task, round, policyHash, modelHash: policy.model.hash }
    const seeds: Uint8Array[] = []
    const masks: Uint8Array[] = []
    const ids: Uint8Array[] = []
    const one = async (seed: number) => {
      const drawn: Uint8Array[] = []
      const { body, id } = await makeReport(randomUpdate(seed), task, (length) => {
        const bytes = cryptoRandomBytes(length)
        // The first draw of 32 bytes is the share's seed, the second is the salt of the device's log entry.
        if (length === 32) drawn.push(bytes)
        return bytes
      })
      seeds.push(drawn[0])
      ids.push(fromHex(id))
      masks.push(encodeVector(await expandHelperShare(await helperSeeds(drawn[0], binding), 4)))
      sealed.push(body.slice(HEADER_BYTES + 32, HEADER_BYTES + 48))
      sealed.push(body.slice(body.length - HELPER_SHARE_BYTES + 32, -32))
      expect((await post(federation, body)).status).toBe(201)
    }
    // The first report is sent alone, so that the sum read next is exactly its share.
    await one(0)
    const { sum } = await leaderStore.aggregate(round)
    for (let i = 1; i < GOAL - 1; i += 50)
      await Promise.all(Array.from({ length: Math.min(50, GOAL - 1 - i) }, (_, j) => one(i + j)))

    // While the round is open, the leader has no report in any form, and the helper has only seeds.
    expect(found(folders.leader, [...seeds, ...masks])).toBe(0)
    expect(found(folders.helper, masks)).toBe(0)
    expect(found(folders.helper, seeds)).toBe(seeds.length)
    // This checks the scan itself: at this time, the scan must find the data that must be gone later.
    for (const folder of Object.values(folders)) expect(found(folder, ids)).toBe(ids.length)
    for (const folder of Object.values(folders)) expect(found(folder, address)).toBe(0)
    for (const store of [leaderStore, helperStore]) {
      const { sealingKey } = (await store.current()) as { sealingKey?: Uint8Array }
      if (sealingKey) over.push(sealingKey.slice(32))
    }
    over.push(encodeVector(sum).slice(0, 16), encodeVector(sum).slice(-16))
    over.push(...seeds, ...masks)
    await one(GOAL)
    over.push(...seeds.slice(-1), ...ids)
    await federation.leader.advance()
    expect((await federation.leader.store.current())?.round).toBe(round + 1)
    for (const folder of Object.values(folders)) {
      expect(found(folder, over)).toBe(0)
      expect(found(folder, sealed)).toBe(0)
    }
  }
  expect(asked).toBe(GOAL * ROUNDS)
  expect(federation.log.filter((line) => line.includes('2001:db8'))).toEqual([])
  expect(over.length).toBeGreaterThan(2 * GOAL * ROUNDS)
  await leaderStore.shut()
  await helperStore.shut()
}, 600_000)
