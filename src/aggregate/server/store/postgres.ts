/**
 * @module Driver for PostgreSQL, shared by any number of processes of one aggregator. Secrets are encrypted with a
 * key that is stored elsewhere, because PostgreSQL leaves deleted data in its files and its write-ahead log.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import pg, { type PoolClient } from 'pg'
import { Again, type Driver, type Query, StepTaken, type Value } from './driver.ts'
import { POSTGRES, POSTGRES_VERSION, tables } from './schema.ts'
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
  /**
   * Connection that owns the lock of a step. A step writes only through this connection, so a step can't write once the
   * lock is lost.
   */
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
            // If unlocking fails, the connection closes and releases the lock.
            await client.query('select pg_advisory_unlock(hashtext($1))', [schema])
          }
        }),
      ),
    close: end,
  }
}

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

const BIGINT = 20
/** SQLSTATE codes of a conflict: unique violation, serialization failure, deadlock. */
const CONFLICTS = new Set(['23505', '40001', '40P01'])
const ATTEMPTS = 20
/** Maximum milliseconds of a step, which can touch every report of the round. */
const STEP_TIMEOUT = 300_000

/**
 * Settings of each session. `synchronous_commit = on` overrides the server's default: acknowledged data is flushed to
 * disk, also by synchronous standbys. There is no `statement_timeout`: if it interrupted the wait for a standby, a
 * transaction could succeed that no standby has. Keepalives detect a lost machine, so that its lock is released.
 */
const SESSION = `set synchronous_commit = on; set default_transaction_isolation = 'read committed';
  set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '20s';
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2`

export function createPool(url: string, schema: string) {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: schema,
    max: 8,
    connectionTimeoutMillis: 5_000,
    // A query that takes longer fails, but may have stored a report. If the device sends the report again, the server
    // recognises it.
    query_timeout: 10_000,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
    async onConnect(client) {
      // The next query on a broken connection fails; the error event needs no handling.
      client.on('error', () => {})
      await client.query(`set search_path = ${schema}; ${SESSION}`)
    },
  })
  pool.on('error', () => {})

  /** @throws NearsideError `storage-unavailable` if the database doesn't answer in time */
  async function guarded<T>(touch: () => Promise<T>): Promise<T> {
    try {
      return await touch()
    } catch (thrown) {
      throw NearsideError.from(thrown, 'storage-unavailable', 'The database fails')
    }
  }

  /** Reserves a connection for `use`; a failed connection is not reused. */
  async function connected<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      const result = await use(client)
      client.release()
      return result
    } catch (thrown) {
      client.release(!isAnswer(thrown))
      throw thrown
    }
  }

  return {
    rows: <Row extends object>(...query: Parameters<Query['rows']>) =>
      guarded(() => connected((client) => queryOf(client).rows<Row>(...query))),
    change: (...query: Parameters<Query['change']>) =>
      guarded(() => connected((client) => queryOf(client).change(...query))),
    connected: <T>(use: (client: pg.PoolClient) => Promise<T>) => guarded(() => connected(use)),
    /**
     * Runs `body` in a transaction, and again after a conflict. Each attempt sees transactions that were committed
     * earlier.
     * @param held a step's own connection; its queries have a longer timeout
     */
    transaction<T>(body: (on: Query) => Promise<T>, held?: pg.PoolClient): Promise<T> {
      return guarded(async () => {
        for (let attempt = 1; ; attempt++) {
          try {
            return held
              ? await transact(held, body, STEP_TIMEOUT)
              : await connected((own) => transact(own, body))
          } catch (thrown) {
            const isConflict = thrown instanceof Again || CONFLICTS.has(codeOf(thrown))
            if (!isConflict || attempt === ATTEMPTS) throw thrown
          }
        }
      })
    },
    end: () => pool.end(),
  }
}

async function transact<T>(
  client: pg.PoolClient,
  body: (on: Query) => Promise<T>,
  timeout?: number,
): Promise<T> {
  await client.query('begin')
  try {
    const result = await body(queryOf(client, timeout))
    await client.query('commit')
    return result
  } catch (thrown) {
    await client.query('rollback').catch(() => {})
    throw thrown
  }
}

function queryOf(client: pg.PoolClient, timeout?: number): Query {
  function query(text: string, values: readonly Value[]) {
    const config = { text, values: [...values], query_timeout: timeout }
    return client.query(config)
  }
  return {
    rows: async (text, ...values) => (await query(text, values)).rows,
    change: async (text, ...values) => (await query(text, values)).rowCount ?? 0,
  }
}

/** Whether the database or our own code reported the error; then the connection still works. */
function isAnswer(thrown: unknown): boolean {
  return thrown instanceof Again || thrown instanceof NearsideError || codeOf(thrown) !== ''
}

function codeOf(thrown: unknown): string {
  return thrown instanceof pg.DatabaseError ? (thrown.code ?? '') : ''
}
