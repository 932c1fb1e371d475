/** @module A small file with columns, as rows of text. */
import { identifier, SqlEngine } from './engine.ts'
import { openSource } from './source.ts'

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** In the file's order; the text of a column, '' where a row lacks it. */
  readonly rows: readonly {
    readonly line: number
    readonly values: Readonly<Record<string, string>>
  }[]
  /** Lines with another number of fields than the header, or that are no JSON. */
  readonly unreadable: readonly number[]
}

/** @throws NearsideError `input-invalid` */
export async function readTable(path: string): Promise<Table> {
  return SqlEngine.use(async (engine) => {
    const source = await openSource(engine, path)
    const texts = source.columns.map(
      (column) => `tidy(${source.column(column)}) AS ${identifier(column)}`,
    )
    const rows = await engine.rows(
      `SELECT line::DOUBLE AS line, readable, ${texts} FROM ${source.relation()}`,
    )
    const unread = source.unread
      ? await engine.rows(`SELECT line::DOUBLE AS line FROM (${source.unread})`)
      : []
    return {
      name: source.name,
      columns: source.columns,
      rows: rows
        .filter(({ readable }) => readable)
        .map(({ line, readable, ...values }) => ({
          line: Number(line),
          values: values as Record<string, string>,
        })),
      unreadable: [...rows.filter(({ readable }) => !readable), ...unread].map(({ line }) =>
        Number(line),
      ),
    }
  })
}
