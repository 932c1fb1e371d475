/**
 * @module One aggregator in a process of its own, for tests that kill it:
 * `testAggregator.ts leader|helper PORT DATABASE GOAL PEER [MODELS]`. This aggregator adds no noise, so that sums are
 * comparable. The published `shared.safetensors` is the mean update as float64.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createApp } from './app.ts'
import { createHelper } from './helper.ts'
import { loadIdentity } from './identity.ts'
import { createLeader } from './leader.ts'
import { listen } from './listen.ts'
import { createHelperClient, fetchLeaderKey } from './peer.ts'
import { openStore } from './store/store.ts'
import { candidateOf, LAYOUT, noNoise, OPERATORS, ORIGIN, PARAMETERS } from './testModel.ts'

const [role, port, database, goal, peer, models] = process.argv.slice(2)
// Waits for the test's signal: the test starts this process in advance, to replace another that the test kills.
await new Promise((resolve) => process.stdin.once('data', resolve))
const store = await openStore(database, {
  role: role === 'helper' ? 'helper' : 'leader',
  key: new Uint8Array(32),
  fatal(error) {
    throw error
  },
})
const identity = await loadIdentity(store, OPERATORS[role === 'helper' ? 'helper' : 'leader'])
const shared = {
  store,
  identity,
  parameters: { ...PARAMETERS, aggregationGoal: Number(goal) },
  trust: 'two-aggregators',
  now: Date.now,
  noise: noNoise,
} as const
const appOptions = { origins: [ORIGIN], now: Date.now, reportsPerMinute: 1e9 }

if (role === 'helper') {
  await listen(
    createApp(
      createHelper({
        ...shared,
        leaderKey: () => fetchLeaderKey(peer, fetch),
        lists: mkdtempSync(join(tmpdir(), 'nearside-test-')),
      }),
      appOptions,
    ),
    '127.0.0.1',
    Number(port),
  )
} else {
  const leader = createLeader({
    ...shared,
    helper: createHelperClient(peer, identity.signing, fetch),
    gather: () => setTimeout(50),
    models,
    layout: () => LAYOUT,
    applyUpdate: (parent, mean, _rate, version) =>
      candidateOf(version, parent.version, new Uint8Array(mean.slice().buffer)),
    gate: async () => ({ accepted: true, reasons: [], metrics: {} }),
    distance: async () => 0,
  })
  await listen(createApp(leader, appOptions), '127.0.0.1', Number(port))
  setInterval(() => void leader.advance(), 50)
}
process.stdout.write('ready\n')
