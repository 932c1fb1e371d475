/** @module The SQL engine of an import (DuckDB), with a temporary folder for data that exceeds memory. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type DuckDBConnection,
  DuckDBInstance,
  type JS,
  JSDuckDBValueConverter,
} from '@duckdb/node-api'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { withFolder } from '../withFolder.ts'

/** Memory limit. Larger tables and sorts use the disk. */
const MEMORY = '1GB'

type SqlRow = Readonly<Record<string, JS>>

export class SqlEngine {
  /** Folder for temporary files, removed with the engine. */
  readonly folder: string
  /** Aborts the import; work outside the engine must watch this signal itself. */
  readonly signal?: AbortSignal
  readonly #connection: DuckDBConnection

  private constructor(folder: string, connection: DuckDBConnection, signal?: AbortSignal) {
    this.folder = folder
    this.signal = signal
    this.#connection = connection
  }

  static use<T>(work: (engine: SqlEngine) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withFolder(async (folder) => {
      const instance = await DuckDBInstance.create(':memory:', {
        memory_limit: MEMORY,
        temp_directory: join(folder, 'spill'),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      })
      const connection = await instance.connect()
      const engine = new SqlEngine(folder, connection, signal)
      // An interrupt between two statements is lost, so `run` and `rows` check the signal again.
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
    })
  }

  /** @throws NearsideError `input-invalid` with the engine's message */
  async run(sql: string): Promise<void> {
    this.signal?.throwIfAborted()
    await this.#connection.run(sql).catch(refuse)
  }

  /** Runs a file of `sql/`. */
  async runFile(name: string): Promise<void> {
    await this.run(await readFile(new URL(`sql/${name}.sql`, import.meta.url), 'utf8'))
  }

  async rows(sql: string): Promise<SqlRow[]> {
    this.signal?.throwIfAborted()
    const answer = await this.#connection.runAndReadAll(sql).catch(refuse)
    return answer.getRowObjectsJS()
  }

  /** Calls `visit` with the columns of each part of a result, so that a large table is never in memory as rows. */
  async eachChunk(
    sql: string,
    visit: (columns: readonly (readonly JS[])[]) => void,
  ): Promise<void> {
    this.signal?.throwIfAborted()
    const answer = await this.#connection.stream(sql).catch(refuse)
    for (;;) {
      const chunk = await answer.fetchChunk().catch(refuse)
      if (!chunk || chunk.rowCount === 0) return
      visit(chunk.convertColumns(JSDuckDBValueConverter))
    }
  }

  async row(sql: string): Promise<SqlRow> {
    return (await this.rows(sql))[0]
  }

  /** Sets the time zone of times that name none. */
  async setZone(zone: string): Promise<void> {
    await this.run(`SET TimeZone = ${quote(zone)}`).catch((cause) => {
      throw invalidInput(`'${zone}' is not a time zone`, cause)
    })
  }

  /** Sets variables that the SQL reads with `getvariable`. */
  async set(variables: Readonly<Record<string, string | number | boolean | null>>): Promise<void> {
    for (const [name, value] of Object.entries(variables)) {
      const text = typeof value === 'string' ? quote(value) : (value ?? 'CAST(NULL AS VARCHAR)')
      await this.run(`SET VARIABLE ${name} = ${text}`)
    }
  }
}

function refuse(error: unknown): never {
  const [said] = error instanceof Error ? error.message.split('\n', 1) : ['']
  const isCut = /^Invalid Input Error: Malformed JSON.*unexpected end of data/.test(said)
  const reason = isCut ? 'a JSON file was cut off, its end is missing: export it again' : said
  throw invalidInput(`the import failed: ${reason}`, error)
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
