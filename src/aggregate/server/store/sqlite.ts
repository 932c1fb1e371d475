/**
 * @module Driver for SQLite, in WAL mode. One process owns the database file. A transaction is on disk before a report
 * is acknowledged (`synchronous = full`). Deleted data is overwritten (`secure_delete`), and after a step also in the
 * write-ahead log.
 */
import { chmodSync, existsSync } from 'node:fs'
import { NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import Database from 'better-sqlite3'
import type { Driver, Query, Value } from './driver.ts'
import { SQLITE, SQLITE_VERSION, tables } from './schema.ts'
import { OPEN_BOX } from './secretBox.ts'

/**
 * @param file path, or `:memory:`
 * @param fatal called when the disk fails, above all at a flush. After a disk failure, the state of earlier writes is
 *   unknown, so the process must end without any further answer.
 * @throws NearsideError `storage-unavailable`, also if another process has the file open
 */
export function openSqlite(file: string, fatal: (error: NearsideError) => void = () => {}): Driver {
  const lock = lockFile(file)
  const database = openFile(file)
  const statements = new Map<string, Database.Statement>()
  /** Runs transactions one at a time, so that no statement sees or joins another transaction. */
  const next = serially()

  function guarded<T>(touch: () => T): T {
    try {
      return touch()
    } catch (thrown) {
      const error = NearsideError.from(thrown, 'storage-unavailable', 'The database fails')
      if (/^SQLITE_(IOERR|CORRUPT)/.test((thrown as { code?: string }).code ?? '')) fatal(error)
      throw error
    }
  }

  function prepared(sql: string): Database.Statement {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  const direct: Query = {
    rows: async <Row>(sql: string, ...values: readonly Value[]) =>
      guarded(() => prepared(sql).all(named(values)) as Row[]),
    change: async (sql, ...values) => guarded(() => prepared(sql).run(named(values)).changes),
  }

  async function transact<T>(body: (on: Query) => Promise<T>): Promise<T> {
    // IMMEDIATE takes the write lock at the transaction's start.
    guarded(() => database.exec('begin immediate'))
    try {
      const result = await body(direct)
      guarded(() => database.exec('commit'))
      return result
    } catch (thrown) {
      guarded(() => database.inTransaction && database.exec('rollback'))
      throw NearsideError.from(thrown, 'storage-unavailable', 'The database fails')
    }
  }

  return {
    dialect: SQLITE,
    box: OPEN_BOX,
    rows: (...query) => next(() => direct.rows(...query)),
    change: (...query) => next(() => direct.change(...query)),
    transaction: (body) => next(() => transact(body)),
    step: (body) =>
      next(async () => {
        const result = await transact(body)
        guarded(() => database.pragma('wal_checkpoint(TRUNCATE)'))
        return result
      }),
    // No other process has the file open, so a queue in memory suffices.
    exclusively: serially(),
    close: () =>
      next(async () => {
        database.close()
        lock?.close()
      }),
  }
}

/** Values by the number of their placeholder $1, $2, … */
const named = (values: readonly Value[]) =>
  Object.fromEntries(values.map((value, i) => [i + 1, value]))

/** Locks the file until the process ends in any way. Two processes without a lock would abandon each other's rounds. */
function lockFile(file: string): Database.Database | null {
  if (file === ':memory:') return null
  try {
    const lock = new Database(`${file}.lock`, { timeout: 0 })
    lock.exec('begin exclusive')
    return lock
  } catch (thrown) {
    const isTaken = (thrown as { code?: unknown }).code === 'SQLITE_BUSY'
    const why = isTaken ? 'is in use by another process' : 'does not open'
    throw NearsideError.from(thrown, 'storage-unavailable', `The database ${file} ${why}`)
  }
}

function openFile(file: string): Database.Database {
  try {
    const database = new Database(file)
    // Only the owner may read the file: it contains the aggregator's private keys.
    if (existsSync(file)) chmodSync(file, 0o600)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('busy_timeout = 5000')
    database.pragma('secure_delete = ON')
    const count = database.prepare('select count(*) as n from sqlite_schema').pluck().get()
    const version = database.pragma('user_version', { simple: true })
    if (count !== 0 && version !== SQLITE_VERSION)
      throw new NearsideError(
        'storage-corrupt',
        `${file} was made by another version of nearside: move it away to start anew`,
      )
    database.transaction(() => {
      database.exec(tables(SQLITE))
      database.pragma(`user_version = ${SQLITE_VERSION}`)
    })()
    // Truncates the write-ahead log. Each step does so at its end, but the previous process may have died before.
    database.pragma('wal_checkpoint(TRUNCATE)')
    return database
  } catch (thrown) {
    throw NearsideError.from(thrown, 'storage-unavailable', `The database ${file} does not open`)
  }
}
