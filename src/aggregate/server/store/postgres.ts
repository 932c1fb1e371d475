/**
 * @module Driver for PostgreSQL, shared by any number of processes of one aggregator. Secrets are encrypted with a
 * key that is stored elsewhere, because PostgreSQL leaves deleted data in its files and its write-ahead log.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import type { PoolClient } from 'pg'
import { POSTGRES } from './dialect.ts'
import { type Driver, type Query, StepTaken } from './driver.ts'
import { createPool } from './postgresPool.ts'
import { POSTGRES_VERSION, tables } from './schema.ts'
import { createSecretBox } from './secretBox.ts'

/**
 * @param url `postgres://…`
 * @param role leader or helper; each has its own schema
 * @param key 32 bytes that encrypt secrets; null leaves them readable
 * @throws NearsideError `storage-unavailable`; `storage-corrupt` for tables of another version
 */
export async function openPostgres(
  url: string,
  role: 'leader' | 'helper',
  key: Uint8Array | null,
): Promise<Driver> {
  const schema = `nearside_${role}`
  const { rows, change, connected, transaction, end } = createPool(url, schema)
  const next = serially()
  /** Connection that owns the lock. A step writes only through it, so it can't write once the lock is lost. */
  let held: PoolClient | undefined

  await transaction((on) => prepare(on, schema)).catch(async (thrown) => {
    await end()
    // The message names the URL without its password.
    const where = url.replace(/\/\/.*@/, '//').replace(/\?.*/, '')
    const { cause = thrown } = thrown as Error
    throw NearsideError.from(cause, 'storage-unavailable', `The database ${where} does not open`)
  })

  return {
    dialect: POSTGRES,
    box: createSecretBox(key),
    rows,
    change,
    transaction,
    step: (body) => transaction(body, held),
    exclusively: (body) =>
      next(() =>
        connected(async (client) => {
          const sql = 'select pg_try_advisory_lock(hashtext($1)) as locked'
          if (!(await client.query(sql, [schema])).rows[0].locked) throw new StepTaken()
          held = client
          try {
            return await body()
          } finally {
            held = undefined
            // If this fails, the connection closes and releases the lock.
            await client.query('select pg_advisory_unlock(hashtext($1))', [schema])
          }
        }),
      ),
    close: end,
  }
}

/** Creates the tables of a new schema. */
async function prepare(on: Query, schema: string): Promise<void> {
  await on.rows('select pg_advisory_xact_lock(hashtext($1))', `${schema} tables`)
  const exists = 'select to_regnamespace($1) is not null as exists'
  const [found] = await on.rows<{ exists: boolean }>(exists, schema)
  if (!found.exists) {
    await on.change(`create schema ${schema}`)
    await on.change(tables(POSTGRES))
    await on.change('create table schema_version (version integer not null)')
    await on.change('insert into schema_version values ($1)', POSTGRES_VERSION)
  }
  const [{ version }] = await on.rows<{ version: number }>('select version from schema_version')
  if (version !== POSTGRES_VERSION)
    throw new NearsideError(
      'storage-corrupt',
      `The schema ${schema} was made by another version of nearside`,
    )
}
