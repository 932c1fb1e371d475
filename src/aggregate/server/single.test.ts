import { testFolder } from '@nearside/core/testFolder.ts'
import { readLatest } from '@nearside/train/models/read.ts'
import { expect, it } from 'vitest'
import { loadIdentity } from './identity.ts'
import { createSingle } from './single.ts'
import { openSqliteStore } from './store/store.ts'
import { simulateDevices } from './testDevices.ts'
import { createModels } from './testFederation.ts'
import { candidateOf, LAYOUT, noNoise, ORIGIN, PARAMETERS } from './testModel.ts'

it('a single server runs whole rounds in one process, and declares itself a trusted server', async () => {
  const models = await createModels()
  const [store, helperStore] = [openSqliteStore(':memory:'), openSqliteStore(':memory:')]
  const now = () => Date.UTC(2026, 0, 1)
  const shared = { parameters: PARAMETERS, now, noise: noNoise }
  const { app, leader } = createSingle(
    {
      ...shared,
      store,
      identity: await loadIdentity(store, 'Test shop'),
      models,
      layout: () => LAYOUT,
      applyUpdate: (parent, mean, _, version) =>
        candidateOf(version, parent.version, new Uint8Array(mean.slice().buffer)),
      gate: async () => ({ accepted: true, reasons: [], metrics: {} }),
      distance: async () => 0,
    },
    {
      ...shared,
      store: helperStore,
      identity: await loadIdentity(helperStore, 'Test shop'),
      lists: testFolder(),
    },
    { origins: [ORIGIN], now, reportsPerMinute: 1000 },
  )
  await leader.advance()
  const results = await simulateDevices({
    leader: 'http://one.test/leader',
    helper: 'http://one.test/helper',
    modelHash: (await readLatest(models)).hash,
    count: PARAMETERS.aggregationGoal,
    update: () => new Float64Array(70).fill(0.001),
    fetch: (async (url: string, init?: RequestInit) => app.request(url, init)) as typeof fetch,
    now,
  })
  expect(results.every(({ sent }) => sent)).toBe(true)
  await leader.advance()
  expect((await readLatest(models)).version).toBe('2')
  const health = await (await app.request('/v1/health')).json()
  expect(health).toMatchObject({ trust: 'trusted-server', role: 'leader', round: 2 })
  const task = await (await app.request('/leader/v1/task')).json()
  expect(task.policy.trust).toBe('trusted-server')
})
