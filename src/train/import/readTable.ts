/** @module Reads a small file with columns into memory, each field as text. */
import { identifier, SqlEngine } from './engine.ts'
import { openSource } from './source.ts'

/**
 * Reads the rows in the file's order, with '' for a missing field, and lists the numbers of unreadable lines.
 * @param wanted selects columns, because all columns of a feed may not fit into memory
 * @throws NearsideError `input-invalid`
 */
export async function readTable(path: string, wanted: (column: string) => boolean = () => true) {
  return SqlEngine.use(async (engine) => {
    const source = await openSource(engine, path)
    const columns = source.columns.filter(wanted)
    const texts = columns.map((column) => `tidy(${source.column(column)}) AS ${identifier(column)}`)
    const rows = await engine.rows(
      `SELECT line::DOUBLE AS line, readable, ${texts} FROM ${source.relation()}`,
    )
    const unread = source.unread
      ? await engine.rows(`SELECT line::DOUBLE AS line FROM (${source.unread})`)
      : []
    return {
      name: source.name,
      columns,
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
