/**
 * @module Tests that concern PostgreSQL only: several processes on one database, failures of the database, and secrets
 * in its files.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { encodeVector, toHex } from '@nearside/core/bytes.ts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { policyHash } from '../../protocol/policy.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import { StepTaken } from './driver.ts'
import { createPool } from './postgres.ts'
import { openStore } from './store.ts'
import { NO_POSTGRES, startPostgres, type TestPostgres } from './testPostgres.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')
const counted = (n: number) => ({ id: id(n), bodyHash: id(n) + id(n), share: Uint32Array.of(n, 1) })
const KEY = new Uint8Array(32).fill(5)

let postgres: TestPostgres

beforeAll(async () => {
  if (!NO_POSTGRES) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

/** Opens a store as a separate process would. */
async function open(url: string, key: Uint8Array | null = KEY) {
  const store = await openStore(url, { role: 'leader', key, fatal() {} })
  onTestFinished(() => store.shut().catch(() => {}))
  return store
}

/** Opens two stores on one database, with a round. */
async function openTwo(url: string) {
  // The stores are opened at the same time, so that each finds no tables and creates them.
  const [one, two] = await Promise.all([open(url), open(url)])
  await one.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), new Uint8Array(64), 100)
  return [one, two] as const
}

function ask(url: string, sql: string) {
  return postgres.query(sql, new URL(url).pathname.slice(1))
}

describe.skipIf(NO_POSTGRES !== '')(`two processes on one database${NO_POSTGRES}`, () => {
  it('two processes on one database share one identity (signing keys)', async () => {
    const [one, two] = await openTwo(await postgres.create())
    const kept = await Promise.all([
      one.keepSetting('identity', Uint8Array.of(1)),
      two.keepSetting('identity', Uint8Array.of(2)),
    ])
    expect(kept[0]).toEqual(kept[1])
  })

  it('two processes on one database count each report once, in any order, up to the goal', async () => {
    const url = await postgres.create()
    const stores = await openTwo(url)
    const numbers = Array.from({ length: 60 }, (_, i) => i + 1)
    const groups = Array.from({ length: 24 }, (_, g) =>
      [0, 1, 2, 3, 4, 5, 6].map((n) => numbers[(g * 11 + n * (g % 2 ? 7 : 53)) % 60]),
    )
    const outcomes = await Promise.all(
      groups.map((group, g) => stores[g % 2].count(1, 50, group.map(counted))),
    )
    const taken = new Set(
      groups.flatMap((group, g) => group.filter((_, i) => outcomes[g][i] === 'counted')),
    )
    expect(taken.size).toBe(50)
    const total = [...taken].reduce((sum, n) => sum + n, 0)
    for (const store of stores) {
      const { ids, sum } = await store.aggregate(1)
      expect(toHex(ids)).toBe(
        [...taken]
          .sort((a, b) => a - b)
          .map(id)
          .join(''),
      )
      expect([...sum]).toEqual([total, 50])
      expect((await store.current())?.counted).toBe(50)
    }
    expect(await ask(url, 'select process from nearside_leader.accumulators')).toHaveLength(2)
  })

  it('two processes on one database advance a round one at a time', async () => {
    const [one, two] = await openTwo(await postgres.create())
    await one.exclusively(async () => {
      await expect(two.exclusively(async () => 'two')).rejects.toThrow(StepTaken)
      await one.count(1, 1, [counted(1)])
      expect(await one.fill(1, 1)).toBe(true)
    })
    expect(await two.exclusively(async () => 'two')).toBe('two')
  })

  it('a process that lost its lock during a step can’t write to the round', async () => {
    const url = await postgres.create()
    const [one, two] = await openTwo(url)
    const step = one.exclusively(async () => {
      await one.count(1, 1, [counted(1)])
      const locks = `from pg_locks where locktype = 'advisory'`
      await ask(url, `select pg_terminate_backend(pid) ${locks}`)
      // `pg_terminate_backend` only requests the end of a connection, so the test waits until the lock is gone.
      await expect.poll(() => ask(url, `select pid ${locks}`)).toEqual([])
      // The other store begins a step while this store still believes that it is alone.
      expect(await two.exclusively(() => two.fill(1, 1))).toBe(true)
      await one.close(1, 'abandoned', { accepted: false, reasons: [], metrics: {} }, 200)
    })
    await expect(step).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(await two.current()).toMatchObject({ state: 'full' })
    expect(await one.exclusively(() => one.current())).toMatchObject({ state: 'full' })
  })
})

describe.skipIf(NO_POSTGRES !== '')(`the database’s files${NO_POSTGRES}`, () => {
  it('the database’s files never contain a plain key, seed, sum or id when --store-key is set', async () => {
    const url = await postgres.create()
    const store = await open(url)
    const bytes = (n: number, length: number) =>
      Uint8Array.from({ length }, (_, i) => (31 * n + 7 * i + i * i) % 251)
    const secrets = [bytes(1, 64), bytes(2, 64), bytes(3, 32)]
    await store.keepSetting('identity', secrets[0])
    await store.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), secrets[1], 100)
    const own = bytes(4, 16)
    const report = { id: toHex(own), bodyHash: id(1) + id(1) }
    await store.keep(1, [{ ...report, seed: secrets[2] }])
    const share = Uint32Array.from({ length: 2_000 }, (_, i) => 77_777_777 + i * 1_000_003)
    await store.count(1, 9, [{ ...counted(2), share }])
    const sum = encodeVector(share)
    secrets.push(sum.slice(0, 24), sum.slice(-24), own)
    await ask(url, 'checkpoint')
    const [row] = await ask(url, 'select mark from nearside_leader.reports limit 1')
    const mark = row.mark as Buffer
    const found = () => {
      const all = Buffer.concat(filesOf(postgres.directory).map((file) => readFileSync(file)))
      // This checks the scan itself, which must find unencrypted data.
      expect(all.includes(mark)).toBe(true)
      return secrets.filter((secret) => all.includes(Buffer.from(secret))).length
    }
    expect(found()).toBe(0)
    expect(await store.seeds(1, [own])).toEqual([secrets[2]])
    await store.close(1, 'abandoned', { accepted: false, reasons: [], metrics: {} }, 200)
    expect(
      await ask(
        url,
        `select 1 from nearside_leader.reports where held is not null
           union all select 1 from nearside_leader.accumulators
           union all select 1 from nearside_leader.rounds where sealing_key is not null`,
      ),
    ).toEqual([])
    expect(found()).toBe(0)
  })

  it('the database’s secrets open only with the key that sealed them', async () => {
    const url = await postgres.create()
    await (await open(url)).keepSetting('identity', Uint8Array.of(1))
    for (const key of [null, new Uint8Array(32)])
      await expect((await open(url, key)).setting('identity')).rejects.toThrow(/--store-key/)
    const clear = await postgres.create()
    await (await open(clear, null)).keepSetting('identity', Uint8Array.of(1))
    expect(await (await open(clear, null)).setting('identity')).toEqual(Uint8Array.of(1))
    await expect((await open(clear)).setting('identity')).rejects.toThrow(/--store-key/)
  })

  it('the database’s tables are left unchanged when another version made them', async () => {
    const url = await postgres.create()
    await open(url)
    await ask(url, 'update nearside_leader.schema_version set version = 99')
    await expect(open(url)).rejects.toThrow(/another version/)
  })

  it('transactions are flushed to disk before each acknowledgement, even if the database’s own setting says otherwise', async () => {
    const url = await postgres.create()
    const { pathname } = new URL(url)
    await ask(url, `alter database ${pathname.slice(1)} set synchronous_commit = off`)
    const { rows, end } = createPool(url, 'nearside_leader')
    onTestFinished(end)
    expect(await rows('show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
  })
})

describe('an unreachable database', () => {
  it.each([
    [
      'postgres://me:secret@127.0.0.1:1/x',
      /^The database postgres:\/\/127.0.0.1:1\/x does not open: .*ECONNREFUSED/,
    ],
    ['postgres://me:secret@localhost:1/x', /does not open: .*ECONNREFUSED/],
    ['postgres://me@/x?host=/nonexistent', /does not open: .*ENOENT/],
  ])(
    'an unreachable database, %s, is named in the error without its password',
    async (url, message) => {
      const opened = open(url)
      await expect(opened).rejects.toThrow(message)
      await expect(opened).rejects.not.toThrow(/secret/)
    },
  )

  it.skipIf(NO_POSTGRES !== '')(
    `an unreachable database is named in the error${NO_POSTGRES}`,
    async () => {
      const url = (await postgres.create()).replace(/test\d+/, 'other')
      await expect(open(url)).rejects.toThrow(/database "other" does not exist/)
    },
  )
})

describe.skipIf(NO_POSTGRES !== '')(`a failover${NO_POSTGRES}`, () => {
  /** Counts report 1, stops the standby, counts report 2; then kills the primary and lets the standby take over. */
  async function failOver(synchronous: string) {
    const primary = await startPostgres()
    onTestFinished(() => primary.remove())
    const url = await primary.create()
    const standby = await primary.follow()
    await primary.query(`alter system set synchronous_standby_names = '${synchronous}'`)
    await primary.query('select pg_reload_conf()')
    const follows = async () =>
      (
        await primary.query(`select 1 from pg_stat_replication where state = 'streaming'
           and current_setting('synchronous_standby_names') = '${synchronous}'
           and (sync_state = 'async') = ('${synchronous}' = '')`)
      ).length
    while ((await follows()) === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const [store] = await openTwo(url)
    const early = await store.count(1, 9, [counted(1)])
    await standby.stop()
    const late = store.count(1, 9, [counted(2)]).catch((thrown: Error) => thrown.message)
    const waits = async () =>
      (await primary.query(`select 1 from pg_stat_activity where wait_event = 'SyncRep'`)).length
    while (synchronous !== '' && (await waits()) === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    if (synchronous === '') await late
    await primary.stop('immediate')
    await standby.start()
    await standby.query('select pg_promote()')
    const after = await open(standby.url(new URL(url).pathname.slice(1)))
    const found = await after.known(1, [id(1), id(2)])
    const known = [1, 2].map((n) => found.get(id(n))?.isSame(id(n) + id(n)) ?? null)
    return { early, late: await late, known }
  }

  it('a failover to a synchronous standby loses no acknowledged report', async () => {
    const { early, late, known } = await failOver('*')
    expect(early).toEqual(['counted'])
    expect(late).toMatch(/The database fails/)
    expect(known).toEqual([true, null])
  })

  it('a failover to an asynchronous standby can lose an acknowledged report', async () => {
    const { late, known } = await failOver('')
    expect(late).toEqual(['counted'])
    expect(known[1]).toBeNull()
  })
})

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}
