/**
 * @module The analytical engine of an import (DuckDB), with a folder of its own for what doesn't fit
 * in memory. The SQL lies in `sql/`, so that it can be read, and run elsewhere.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type JS } from '@duckdb/node-api'
import { NearsideError } from '../../core/error.ts'

/** Of the engine's own memory. Beyond it, tables and sorts go to disk. */
const MEMORY = '1GB'

type SqlRow = Readonly<Record<string, JS>>

export class SqlEngine {
  /** For files on the way; private to the user, and gone with the engine. */
  readonly folder: string
  /** What is done beside the engine must stop by itself. */
  readonly signal?: AbortSignal
  readonly #connection: DuckDBConnection

  private constructor(folder: string, connection: DuckDBConnection, signal?: AbortSignal) {
    this.folder = folder
    this.signal = signal
    this.#connection = connection
  }

  /** Runs `work` with an engine, and removes all that it put on disk, whatever happens. */
  static async use<T>(work: (engine: SqlEngine) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'nearside-import-'))
    try {
      const instance = await DuckDBInstance.create(':memory:', {
        memory_limit: MEMORY,
        temp_directory: join(folder, 'spill'),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      })
      const connection = await instance.connect()
      const engine = new SqlEngine(folder, connection, signal)
      // An interrupt between two statements is lost: `run` and `rows` ask again.
      const stop = () => connection.interrupt()
      signal?.addEventListener('abort', stop)
      try {
        for (const name of ['macros', 'json', 'lines']) await engine.runFile(name)
        return await work(engine)
      } catch (error) {
        if (signal?.aborted) throw new NearsideError('aborted', 'import: stopped', { cause: error })
        throw error
      } finally {
        signal?.removeEventListener('abort', stop)
        connection.closeSync()
        instance.closeSync()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** @throws NearsideError `input-invalid` with the engine's own reason */
  async run(sql: string): Promise<void> {
    this.signal?.throwIfAborted()
    await this.#connection.run(sql).catch(refuse)
  }

  /** A file of `sql/`, statement by statement. */
  async runFile(name: string): Promise<void> {
    await this.run(await readFile(new URL(`sql/${name}.sql`, import.meta.url), 'utf8'))
  }

  async rows(sql: string): Promise<SqlRow[]> {
    this.signal?.throwIfAborted()
    const answer = await this.#connection.runAndReadAll(sql).catch(refuse)
    return answer.getRowObjectsJS()
  }

  /** The only row. */
  async row(sql: string): Promise<SqlRow> {
    return (await this.rows(sql))[0]
  }

  /** For `getvariable` in the SQL; null where it has no value. */
  async set(variables: Readonly<Record<string, string | number | boolean | null>>): Promise<void> {
    for (const [name, value] of Object.entries(variables)) {
      const text = typeof value === 'string' ? quote(value) : (value ?? 'CAST(NULL AS VARCHAR)')
      await this.run(`SET VARIABLE ${name} = ${text}`)
    }
  }
}

function refuse(error: unknown): never {
  const [reason] = error instanceof Error ? error.message.split('\n', 1) : ['']
  throw new NearsideError('input-invalid', `the import can't go on: ${reason}`, { cause: error })
}

/** A text as SQL. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A column's name as SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
