/** @module A report of an evaluation: built once, rendered as text, Markdown or an HTML page. */
export interface Report {
  readonly title: string
  /** Sentences on the method: tested shoppers, means and intervals. */
  readonly lead: readonly string[]
  readonly parts: readonly Part[]
  /** Notes on omitted data and other remarks, without a full stop. */
  readonly notes: readonly string[]
}

export interface Part {
  readonly title: string
  readonly table?: Table
  /** SVG chart above the table: embedded in the HTML page, and saved as a file next to the Markdown report. */
  readonly picture?: string
  /** Lines below the table. */
  readonly text?: readonly string[]
}

export interface Table {
  readonly columns: readonly string[]
  /** Rows of a table; the first cell names the row. */
  readonly rows: readonly (readonly string[])[]
  /** Whether the last column is prose. */
  readonly prose?: boolean
}

/** Table with a row per item. `columns` has the heading and cell of each column; `prose`: the last column is prose. */
export function tableOf<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string>>,
  prose = false,
): Table {
  const cells = Object.values(columns)
  const rows = items.map((item) => cells.map((cell) => cell(item)))
  return { columns: Object.keys(columns), rows, prose }
}

/** Result of every protocol; `--json` writes `result`. */
export interface Evaluated<Result = unknown> {
  readonly result: Result
  readonly report: Report
}

export function textLines({ title, lead, parts, notes }: Report): string[] {
  return [
    title,
    ...lead,
    ...parts.flatMap(({ title: name, table, text = [] }) => [
      '',
      name,
      ...(table ? tableLines(table) : []),
      ...text.map((line) => `  ${line}`),
    ]),
    '',
    ...notes.map((note) => `Note: ${note}.`),
  ]
}

function tableLines({ columns, rows, prose = false }: Table): string[] {
  const all = [columns, ...rows]
  const widths = columns.map((_, c) => Math.max(...all.map((row) => (row[c] ?? '').length)))
  const isLeft = (c: number) => c === 0 || (prose && c === columns.length - 1)
  return all.map((row) => {
    const cells = row.map((cell, c) =>
      isLeft(c) ? cell.padEnd(widths[c]) : cell.padStart(widths[c]),
    )
    return `  ${cells.join('   ')}`.trimEnd()
  })
}

/**
 * @param command command that made the report, as typed.
 * @param date ISO date
 * @param pictureFile name of the file, next to the Markdown report, that holds the report's chart
 */
export function markdown(
  report: Report,
  command: string,
  date: string,
  pictureFile?: string,
): string {
  const { title, lead, parts, notes } = report
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    `# ${title}`,
    `\`${command}\`, ${date}.`,
    ...lead,
    ...parts.flatMap(({ title: name, picture, table, text = [] }) => [
      `## ${name}`,
      ...(picture && pictureFile ? [`![${name}](${pictureFile})`] : []),
      ...(table
        ? [
            [row(table.columns), row(table.columns.map(() => '---')), ...table.rows.map(row)].join(
              '\n',
            ),
          ]
        : []),
      ...(text.length > 0 ? [text.map((line) => `- ${line}`).join('\n')] : []),
    ]),
    ...(notes.length > 0 ? [notes.map((note) => `- Note: ${note}.`).join('\n')] : []),
  ]
    .join('\n\n')
    .concat('\n')
}
