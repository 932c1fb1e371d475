/**
 * @module Tests several processes of a leader and of a helper; the processes of a role share one PostgreSQL database.
 */
import { waitFor } from '@nearside/core/testPatience.ts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from './store/store.ts'
import { NO_POSTGRES, startPostgres, type TestPostgres } from './store/testPostgres.ts'
import { createFederation, createModels, type TestOptions } from './testFederation.ts'
import { meanOf, post, report } from './testReports.ts'

let postgres: TestPostgres

beforeAll(async () => {
  if (!NO_POSTGRES) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

/** Databases for a leader and a helper, and a function that starts one more process of each. */
async function createDatabases() {
  const urls = { leader: await postgres.create(), helper: await postgres.create() }
  const models = await createModels()
  const open = async (role: 'leader' | 'helper') => {
    const store = await openStore(urls[role], { role, key: new Uint8Array(32), fatal() {} })
    onTestFinished(() => store.shut().catch(() => {}))
    return store
  }
  return async (options: TestOptions = {}) =>
    createFederation({
      ...options,
      leader: { models, ...options.leader, store: await open('leader') },
      helper: { store: await open('helper') },
    })
}

describe.skipIf(NO_POSTGRES !== '')(`on PostgreSQL${NO_POSTGRES}`, () => {
  it('two leaders and two helpers count each report once up to the goal, and release the round once', async () => {
    const start = await createDatabases()
    const parameters = { aggregationGoal: 24 }
    const pairs = [await start({ parameters }), await start({ parameters })]
    const made = []
    for (let i = 0; i < 32; i++) made.push(await report(pairs[i % 2], i))
    expect(new Set(made.map(({ task }) => task.policyHash)).size).toBe(1)
    // Each report goes to both leaders at once, as a load balancer may send a retry.
    const statuses = await Promise.all(
      made.map(({ body }) =>
        Promise.all(pairs.map(async (pair) => (await post(pair, body)).status)),
      ),
    )
    for (const status of statuses.flat()) expect([200, 201, 410, 503]).toContain(status)
    // A report that timed out on a busy machine is sent again.
    for (const pair of pairs) pair.now += 5_000
    for (const [i, { body }] of made.entries())
      statuses[i].push((await post(pairs[i % 2], body)).status)
    const counted = made.filter((_, i) => statuses[i].some((status) => status <= 201))
    expect(counted).toHaveLength(24)

    await Promise.all(pairs.map(({ leader }) => leader.advance()))
    // If both processes tried the same step at once, possibly neither finished it, so each leader advances again.
    for (const { leader } of pairs) await leader.advance()
    const applied = pairs.flatMap((pair) => pair.applied)
    const quantized = counted.map((one) => one.quantized)
    expect(applied).toEqual([meanOf(quantized, 24)])
    for (const { leader } of pairs) {
      const rounds = await leader.store.rounds(20)
      expect(rounds.map(({ round, state, version }) => [round, state, version])).toEqual([
        [2, 'open', null],
        [1, 'released', '2'],
      ])
      expect(await leader.waitingFor()).toBeNull()
    }
    // Both processes confirm an acknowledged report.
    for (const pair of pairs) expect((await post(pair, counted[0].body)).status).toBe(200)
  })

  it('reports are answered 503 while the database is down, and no acknowledged report is lost', async () => {
    const start = await createDatabases()
    const federation = await start({ parameters: { aggregationGoal: 6 } })
    const made = []
    for (let i = 0; i < 6; i++) made.push(await report(federation, i))
    for (const { body } of made.slice(0, 3)) expect((await post(federation, body)).status).toBe(201)
    // Two reports are on their way when the database crashes.
    const cut = made.slice(3, 5).map(({ body }) => post(federation, body))
    await postgres.stop('immediate')
    for (const { status } of await Promise.all(cut)) expect([201, 503]).toContain(status)
    const refused = await post(federation, made[5].body)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    await federation.leader.advance()
    expect(await federation.leader.waitingFor()).toMatch(/The database fails/)
    await postgres.start()
    // The pool may notice an ended connection only with its next query.
    await waitFor(async () => {
      federation.now += 5_000
      await federation.leader.advance()
      expect(await federation.leader.waitingFor()).toBeNull()
    })
    for (const { body } of made)
      expect((await post(federation, body)).status).toBeLessThanOrEqual(201)
    await federation.leader.advance()
    const quantized = made.map((one) => one.quantized)
    expect(federation.applied).toEqual([meanOf(quantized, 6)])
  })

  it('reports are answered 503 while the database hangs, then counted once', async () => {
    const start = await createDatabases()
    const federation = await start()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    expect((await post(federation, made[0].body)).status).toBe(201)
    const resume = await postgres.hang()
    try {
      const cut = await Promise.all(made.map(({ body }) => post(federation, body)))
      expect(cut.map(({ status }) => status)).toEqual([503, 503, 503, 503])
    } finally {
      resume()
    }
    federation.now += 5_000
    for (const { body } of made)
      expect((await post(federation, body)).status).toBeLessThanOrEqual(201)
    await federation.leader.advance()
    const quantized = made.map((one) => one.quantized)
    expect(federation.applied).toEqual([meanOf(quantized, 4)])
  })

  it('of two leaders with different terms, only the leader that started later abandons the other’s round, and only once', async () => {
    const start = await createDatabases()
    const first = await start()
    // The second process starts later, with changed terms.
    const second = await start({
      parameters: { aggregationGoal: 5 },
      leader: { now: () => first.now + 1_000 },
    })
    const states = async () => (await first.leader.store.rounds(20)).map(({ state }) => state)
    expect(await states()).toEqual(['open', 'abandoned'])
    for (const { leader } of [first, second, first]) await leader.advance()
    expect(await states()).toEqual(['open', 'abandoned'])
    expect(await first.leader.waitingFor()).toMatch(/opened by a process with other terms/)
    expect(await second.leader.waitingFor()).toBeNull()
  })

  it('leaders with different model folders don’t abandon each other’s rounds', async () => {
    const start = await createDatabases()
    const first = await start()
    const second = await start({ leader: { models: await createModels() } })
    first.now += 1_000
    for (let i = 0; i < 4; i++) await post(first, (await report(first, i)).body)
    await first.leader.advance()
    const states = async () => (await first.leader.store.rounds(20)).map(({ state }) => state)
    expect(await states()).toEqual(['open', 'released'])
    for (const { leader } of [second, first, second]) await leader.advance()
    expect(await states()).toEqual(['open', 'released'])
    expect(await second.leader.waitingFor()).toMatch(/model 2, which .* lacks/)
    expect(await first.leader.waitingFor()).toBeNull()
  })
})
