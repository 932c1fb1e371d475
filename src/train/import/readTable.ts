/** @module A small file with columns, as rows of text. */
import { identifier, SqlEngine } from './engine.ts'
import { openSource } from './source.ts'

/**
 * Rows in the file's order, with '' where a row lacks a column; and the lines that have another number of
 * fields than the header, or are no JSON.
 * @throws NearsideError `input-invalid`
 */
export async function readTable(path: string) {
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
          values: values as Readonly<Record<string, string>>,
        })),
      unreadable: [...rows.filter(({ readable }) => !readable), ...unread].map(({ line }) =>
        Number(line),
      ),
    }
  })
}
