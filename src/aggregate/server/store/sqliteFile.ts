/** @module SQLite file of an aggregator: one process owns it, and deleted data is overwritten. */
import { chmodSync, existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { NearsideError } from '../../../core/error.ts'
import { SCHEMA, SCHEMA_VERSION } from './sqliteSchema.ts'

/** Locks the file until the process ends, however it ends. Two processes would abandon each other's rounds. */
export function lockFile(file: string): Database.Database | null {
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

export function openFile(file: string): Database.Database {
  try {
    const database = new Database(file)
    // Only the owner may read the file: it contains the aggregator's private keys.
    if (existsSync(file)) chmodSync(file, 0o600)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('busy_timeout = 5000')
    database.pragma('foreign_keys = ON')
    database.pragma('secure_delete = ON')
    const tables = database.prepare('select count(*) as n from sqlite_schema').pluck().get()
    const version = database.pragma('user_version', { simple: true })
    if (tables !== 0 && version !== SCHEMA_VERSION)
      throw new NearsideError(
        'storage-corrupt',
        `${file} was made by another version of nearside: move it away to start anew`,
      )
    database.transaction(() => {
      database.exec(SCHEMA)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
    })()
    // Truncate the write-ahead log, as `forget` does: the previous process may have died before that.
    database.pragma('wal_checkpoint(TRUNCATE)')
    return database
  } catch (thrown) {
    throw NearsideError.from(thrown, 'storage-unavailable', `The database ${file} does not open`)
  }
}
