/** @module Tests backups of running servers, and servers that continue from backups. */
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openStore, type Store } from './store/store.ts'
import { NO_POSTGRES, startPostgres, type TestPostgres } from './store/testPostgres.ts'
import { createFederation, createModels } from './testFederation.ts'
import { meanOf, post, report } from './testReports.ts'

type Role = 'leader' | 'helper'

interface Kind {
  readonly name: string
  create(role: Role): Promise<string>
  /** @returns the URL of the restored database */
  backUp(url: string): Promise<string>
}

let postgres: TestPostgres

const KINDS: readonly Kind[] = [
  {
    name: 'SQLite',
    create: async (role) => `sqlite:${join(testFolder(), `${role}.sqlite`)}`,
    async backUp(url) {
      // Copies the database as `sqlite3 FILE ".backup …"` does.
      const database = new Database(url.slice('sqlite:'.length), { readonly: true })
      const file = join(testFolder(), 'backup.sqlite')
      await database.backup(file)
      database.close()
      return `sqlite:${file}`
    },
  },
  {
    name: `PostgreSQL${NO_POSTGRES}`,
    create: () => postgres.create(),
    async backUp(url) {
      const file = join(testFolder(), 'backup.dump')
      postgres.run('pg_dump', '--format=custom', `--file=${file}`, url)
      const restored = await postgres.create()
      postgres.run('pg_restore', `--dbname=${restored}`, file)
      return restored
    },
  },
]

async function open(url: string, role: Role): Promise<Store> {
  const isFile = url.startsWith('sqlite:')
  const fatal = (error: Error) => {
    throw error
  }
  const store = await openStore(url, { role, key: isFile ? null : new Uint8Array(32), fatal })
  onTestFinished(() => store.shut().catch(() => {}))
  return store
}

beforeAll(async () => {
  if (!NO_POSTGRES) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('backups of %s', (name, kind) => {
  const { create, backUp } = kind

  const parameters = { aggregationGoal: 6 }

  /**
   * Sends three reports, backs up the server `first`, sends one more report and backs up the server `second`. Then
   * restores both servers from these backups and sends all six reports.
   */
  async function lose(first: Role, second: Role) {
    const urls = { leader: await create('leader'), helper: await create('helper') }
    const folder = await createModels()
    const start = async ({ leader, helper }: Readonly<Record<Role, string>>) =>
      createFederation({
        parameters,
        leader: { models: folder, store: await open(leader, 'leader') },
        helper: { store: await open(helper, 'helper') },
      })
    const before = await start(urls)
    const made = []
    for (let i = 0; i < 6; i++) made.push(await report(before, i))
    for (const { body } of made.slice(0, 3)) await post(before, body)
    const restored = { ...urls, [first]: await backUp(urls[first]) }
    await post(before, made[3].body)
    restored[second] = await backUp(urls[second])
    const after = await start(restored)
    const statuses = []
    for (const { body } of made) statuses.push((await post(after, body)).status)
    await after.leader.advance()
    const mean = meanOf(
      made.map(({ quantized }) => quantized),
      6,
    )
    return { statuses, mean, applied: after.applied, rounds: await after.leader.store.rounds(20) }
  }

  it.skipIf(name.includes('skipped'))(
    'a restored round goes on if the leader was backed up before the helper',
    async () => {
      const { statuses, mean, applied } = await lose('leader', 'helper')
      // The leader acknowledged the fourth report after its backup. The report is counted because the device sent it
      // again.
      expect(statuses).toEqual([200, 200, 200, 201, 201, 201])
      expect(applied).toEqual([mean])
    },
  )

  it.skipIf(name.includes('skipped'))(
    'a restored round is lost if the helper was backed up before the leader',
    async () => {
      const { statuses, applied, rounds } = await lose('helper', 'leader')
      expect(statuses).toEqual([200, 200, 200, 200, 201, 201])
      expect(applied).toEqual([])
      expect(rounds.map(({ state }) => state)).toEqual(['open', 'abandoned'])
    },
  )
})
