/**
 * @module SQL dialects of data warehouses. The statements that count events are written in DuckDB's dialect, and a
 * library translates them. This module has the rest: a session's settings, two functions that the statements call, and
 * the statement that writes a table to a file.
 */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { Dialect as LibraryDialect } from '@polyglot-sql/sdk'

export type Dialect = 'bigquery' | 'snowflake' | 'databricks' | 'clickhouse' | 'postgres' | 'duckdb'

interface Traits {
  /** Name of the dialect in the library that translates; null for the dialect that the statements are written in. */
  readonly library: keyof typeof LibraryDialect | null
  /** Instruction for the user. */
  readonly note: string
  /** First statements: UTC times, and the functions `nearside_hash` (MD5, hex) and `nearside_millis`. */
  readonly before: readonly string[]
  /**
   * Statement to run after a table is made, because PostgreSQL plans joins badly without statistics about a new table.
   */
  readonly made?: (table: string) => string
  /** Statement that writes a table to files whose names begin with `file`. */
  store(table: string, file: string): string
}

export const TRAITS: Readonly<Record<Dialect, Traits>> = {
  bigquery: {
    library: 'BigQuery',
    note: 'Run in a default dataset. Replace BUCKET, then download the files: gcloud storage cp "gs://BUCKET/nearside/*" DIR',
    before: [
      'CREATE TEMP FUNCTION nearside_hash(x STRING) AS (TO_HEX(MD5(x)))',
      'CREATE TEMP FUNCTION nearside_millis(t DATETIME) AS (UNIX_MILLIS(TIMESTAMP(t)))',
    ],
    store: (table, file) =>
      `EXPORT DATA OPTIONS (uri = 'gs://BUCKET/nearside/${file}-*.parquet', format = 'PARQUET', overwrite = true) AS SELECT * FROM ${table}`,
  },
  snowflake: {
    library: 'Snowflake',
    note: 'Then download the files: snowsql -q "GET @~/nearside/ file://DIR/"',
    before: [
      "ALTER SESSION SET TIMEZONE = 'UTC'",
      "CREATE OR REPLACE FUNCTION nearside_hash(x VARCHAR) RETURNS VARCHAR AS 'MD5(x)'",
      "CREATE OR REPLACE FUNCTION nearside_millis(t TIMESTAMP_NTZ) RETURNS NUMBER AS 'DATE_PART(EPOCH_MILLISECOND, t)'",
    ],
    store: (table, file) =>
      `COPY INTO @~/nearside/${file}_ FROM (SELECT * FROM ${table}) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE OVERWRITE = TRUE`,
  },
  databricks: {
    library: 'Databricks',
    note: 'Replace VOLUME, then download its folder: databricks fs cp -r dbfs:/Volumes/VOLUME/nearside DIR',
    before: [
      'SET TIMEZONE = UTC',
      'CREATE OR REPLACE TEMPORARY FUNCTION nearside_hash(x STRING) RETURNS STRING RETURN MD5(x)',
      'CREATE OR REPLACE TEMPORARY FUNCTION nearside_millis(t TIMESTAMP_NTZ) RETURNS BIGINT RETURN UNIX_MILLIS(CAST(t AS TIMESTAMP))',
    ],
    store: (table, file) =>
      `INSERT OVERWRITE DIRECTORY '/Volumes/VOLUME/nearside/${file}' USING PARQUET SELECT * FROM ${table}`,
  },
  clickhouse: {
    library: 'ClickHouse',
    note: 'Run with clickhouse-client in the folder that is to hold the files',
    before: [
      'SET join_use_nulls = 1',
      'SET prefer_column_name_to_alias = 1',
      "SET session_timezone = 'UTC'",
      'CREATE OR REPLACE FUNCTION nearside_hash AS (x) -> LOWER(hex(MD5(x)))',
      'CREATE OR REPLACE FUNCTION nearside_millis AS (t) -> toUnixTimestamp64Milli(toDateTime64(t, 3))',
    ],
    store: (table, file) =>
      `SELECT * FROM ${table} INTO OUTFILE '${file}.parquet' TRUNCATE FORMAT Parquet`,
  },
  postgres: {
    library: 'PostgreSQL',
    note: 'Run with psql in the folder that is to hold the files; PostgreSQL writes no Parquet, so they are CSV',
    before: [
      "SET TimeZone = 'UTC'",
      "CREATE OR REPLACE FUNCTION nearside_hash(x TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS 'SELECT MD5(x)'",
      "CREATE OR REPLACE FUNCTION nearside_millis(t TIMESTAMP) RETURNS BIGINT LANGUAGE SQL IMMUTABLE AS 'SELECT CAST(FLOOR(EXTRACT(EPOCH FROM t) * 1000) AS BIGINT)'",
    ],
    made: (table) => `ANALYZE ${table}`,
    store: (table, file) => `\\copy ${table} TO '${file}.csv' WITH (FORMAT csv, HEADER)`,
  },
  duckdb: {
    library: null,
    note: 'Run with duckdb in the folder that is to hold the files',
    before: [
      "SET TimeZone = 'UTC'",
      'CREATE OR REPLACE MACRO nearside_hash(x) AS md5(x)',
      'CREATE OR REPLACE MACRO nearside_millis(t) AS epoch_ms(t)',
    ],
    store: (table, file) => `COPY ${table} TO '${file}.parquet' (FORMAT parquet)`,
  },
}

export const DIALECTS = Object.keys(TRAITS) as Dialect[]

/**
 * Translates a script from DuckDB's dialect into statements, and checks that the library can parse each of them.
 * @throws NearsideError `engine-unavailable` without the library, `input-invalid` for a name that no dialect can have
 */
export async function translate(script: string, dialect: Dialect): Promise<readonly string[]> {
  const { library } = TRAITS[dialect]
  if (library === null) return script.split(';\n').filter(Boolean)
  const sdk = await import('@polyglot-sql/sdk').catch((cause) => {
    const message = 'sql needs a translator of SQL: npm install @polyglot-sql/sdk'
    throw new NearsideError('engine-unavailable', message, { cause })
  })
  const to = sdk.Dialect[library]
  const { sql, error } = sdk.transpile(script, sdk.Dialect.DuckDB, to, { pretty: true })
  const wrong = sql?.map((one) => sdk.parse(one, to)).find(({ success }) => !success)
  if (!sql || wrong)
    throw invalidInput(`the statements can't be translated to ${dialect}: ${error ?? wrong?.error}`)
  return sql
}
