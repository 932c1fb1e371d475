/**
 * @module Store of an aggregator, on SQLite, which one process owns, or on PostgreSQL, which any number of processes
 * share. Changes that must be atomic are one transaction; the database decides races between processes.
 *
 * No report is stored, neither sealed nor open. The leader adds a share to the round's accumulator in the transaction
 * that records the report's id. The helper stores the 32-byte seed of its share. When a round ends, ids, seeds, sums
 * and sealing keys are deleted. Salted hashes of the ids stay for a period, so that no report counts in two rounds
 * (`reportTable.ts`).
 */

import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Bytes } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { ModelRelease } from '../schemas.ts'
import type { Driver, Query, Value } from './driver.ts'
import { reportMethods } from './reports.ts'
import { ReportTable } from './reportTable.ts'
import { roundMethods } from './rounds.ts'
import { openSqlite } from './sqlite.ts'

/**
 * @throws (all methods) NearsideError `storage-unavailable`; `storage-corrupt` for secrets that another key encrypted
 */
export type Store = ReturnType<typeof createStore>

function createStore(driver: Driver) {
  const { box, dialect } = driver
  const table = new ReportTable(driver)

  async function setting(name: string): Promise<Bytes | null> {
    const sql = 'select value from settings where name = $1'
    const [row] = await driver.rows<{ value: Uint8Array }>(sql, name)
    return row ? box.open(`settings ${name}`, row.value) : null
  }

  return {
    ...roundMethods(driver, table),
    ...reportMethods(driver, table),
    /**
     * Runs one step of a round, exclusively among all processes of this aggregator. `openRound`, `fill`, `exchange`,
     * `release` and `close` must run inside a step. Calls inside a step fail if the database drops the process's
     * connection during the step.
     * @throws `StepTaken` if another process runs a step
     */
    exclusively: driver.exclusively,
    shut: driver.close,
    setting,
    /** Stores a value under a name, unless the name has one already. @returns the stored value */
    async keepSetting(name: string, value: Bytes): Promise<Bytes> {
      const sql = 'insert into settings (name, value) values ($1, $2) on conflict do nothing'
      await driver.change(sql, name, box.seal(`settings ${name}`, value))
      return (await setting(name)) ?? value
    },
    /** At the helper: releases of models that it has signed, newest first. */
    modelReleases: (limit: number) =>
      modelReleases(driver, 'order by release desc limit $1', limit),
    /**
     * At the helper: stores a release if its number is higher than all stored numbers.
     * @returns the release now stored under that number; the highest release, if the number is lower and unused
     */
    keepModelRelease: (wanted: ModelRelease): Promise<ModelRelease> =>
      driver.transaction(async (on) => {
        if (dialect.lockModels !== null) await on.change(dialect.lockModels)
        const [newest] = await modelReleases(on, 'order by release desc limit 1')
        if (newest && wanted.release <= newest.release)
          return (await modelReleases(on, 'where release = $1', wanted.release))[0] ?? newest
        const sql = 'insert into models (release, statement) values ($1, $2)'
        await on.change(sql, wanted.release, canonicalJson(wanted))
        return wanted
      }),
  }
}

async function modelReleases(
  on: Query,
  which: string,
  ...values: readonly Value[]
): Promise<readonly ModelRelease[]> {
  const sql = `select statement from models ${which}`
  const rows = await on.rows<{ statement: string }>(sql, ...values)
  return rows.map(({ statement }) => JSON.parse(statement))
}

export interface StoreOptions {
  readonly role: 'leader' | 'helper'
  /** Key of 32 bytes that encrypts secrets in PostgreSQL; null leaves them readable there. */
  readonly key: Uint8Array | null
  readonly fatal: (error: NearsideError) => void
}

export const STORE_URL = /^(sqlite:.|postgres(ql)?:\/\/.)/

/**
 * @param url `sqlite:FILE` or `postgres://…`
 * @throws NearsideError `storage-unavailable` if the database can't be opened; `storage-corrupt` if another version of
 * Nearside made its tables
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const [, file] = /^sqlite:(.+)$/.exec(url) ?? []
  if (file !== undefined) {
    await mkdir(dirname(file), { recursive: true })
    return openSqliteStore(file, options.fatal)
  }
  // The driver is loaded on demand, so that SQLite users need not install it.
  const { openPostgres } = await import('./postgres.ts').catch((thrown) => {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw new NearsideError('storage-unavailable', 'PostgreSQL needs its driver: npm install pg')
  })
  return createStore(await openPostgres(url, options.role, options.key))
}

export const openSqliteStore = (...given: Parameters<typeof openSqlite>): Store =>
  createStore(openSqlite(...given))
