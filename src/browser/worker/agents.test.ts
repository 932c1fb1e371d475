/** @module Tests calls by AI agents: the shopper's permission, the daily limit, and the log entries. */
import type { NearsideError } from '@nearside/core/error.ts'
import type { TestServer } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDisk } from '../storage/testDisk.ts'
import { MOST_CALLS } from './agents.ts'
import { type Bus, createBus } from './state.ts'
import { start, testServer } from './testDevice.ts'

const DAY = 86_400_000
let now = 0
/** Shared by all tabs of a test. */
let disk = createTestDisk()
let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
beforeEach(() => {
  now = Date.UTC(2026, 0, 20)
  disk = createTestDisk()
})

const open = async (bus?: Bus) => {
  const environment = { now: () => now, indexedDb: () => disk.factory }
  return (await start(server, 'agents', environment, {}, bus)).device
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: NearsideError) => error.code,
  )
const agentEntries = async (device: Awaited<ReturnType<typeof open>>) =>
  (await device.entries()).filter(({ kind }) => kind === 'agent').map(({ detail }) => detail)

test('an agent gets answers only while the shopper allows agents, and the log has the yes and the no', async () => {
  const device = await open()
  expect(device.snapshot().agents).toBe(false)
  expect(await codeOf(device.logAgentCall('search', 3))).toBe('consent-missing')
  await device.setAgents(true)
  await device.logAgentCall('search', 3)
  await device.setAgents(false)
  expect(await codeOf(device.logAgentCall('search', 3))).toBe('consent-missing')
  expect(await agentEntries(device)).toEqual([
    { allowed: true },
    { tool: 'search', items: 3 },
    { allowed: false },
  ])
  expect((await device.verify()).ok).toBe(true)
})

test('an agent gets at most `MOST_CALLS` answers in 24 hours, even if its calls run at the same time', async () => {
  const device = await open()
  await device.setAgents(true)
  const calls = Array.from({ length: MOST_CALLS + 5 }, () =>
    codeOf(device.logAgentCall('recommend', 8)),
  )
  const codes = await Promise.all(calls)
  expect(codes.filter((code) => code === null).length).toBe(MOST_CALLS)
  expect(codes).toContain('budget-exhausted')
  now -= 3 * DAY
  expect(await codeOf(device.logAgentCall('recommend', 8))).toBe('budget-exhausted')
  now += 4 * DAY + 1
  expect(await codeOf(device.logAgentCall('recommend', 8))).toBeNull()
})

test('a yes to agents applies in other tabs, too, and an erasure withdraws the yes', async () => {
  const bus = createBus()
  const [first, second] = [await open(), await open(bus)]
  await first.setAgents(true)
  bus.emit('storedElsewhere', 'settings')
  await waitFor(() => expect(second.snapshot().agents).toBe(true))
  await second.logAgentCall('search', 1)
  await first.erase()
  expect(first.snapshot().agents).toBe(false)
  expect(await codeOf(second.logAgentCall('search', 1))).toBe('consent-missing')
})

test('if the shopper’s answer on agents can’t be stored, a yes doesn’t count, but a no applies in this tab', async () => {
  const bus = createBus()
  const device = await open(bus)
  await device.setAgents(true)
  disk.refuses = true
  expect(await codeOf(device.logAgentCall('compare', 2))).not.toBeNull()
  expect(await codeOf(device.setAgents(false))).not.toBeNull()
  expect(device.snapshot().agents).toBe(false)
  expect(await codeOf(device.logAgentCall('compare', 2))).toBe('consent-missing')
  const other = await open()
  expect(await codeOf(other.setAgents(true))).not.toBeNull()
  disk.refuses = false
  bus.emit('storedElsewhere', 'settings')
  await device.events(1)
  expect(await codeOf(device.logAgentCall('compare', 2))).toBe('consent-missing')
  await device.setAgents(false)
  expect((await open()).snapshot().agents).toBe(false)
  expect((await agentEntries(device)).at(-1)).toEqual({ allowed: false })
})

test('a malformed call of an agent is refused', async () => {
  const device = await open()
  await device.setAgents(true)
  expect(await codeOf(device.logAgentCall('steal' as 'search', 1))).toBe('input-invalid')
  expect(await codeOf(device.logAgentCall('search', -1))).toBe('input-invalid')
})
