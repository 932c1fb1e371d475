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
  /** Cells by row; the first cell is the row's name. */
  readonly rows: readonly (readonly string[])[]
  /** Whether the last column has words instead of figures. */
  readonly prose?: boolean
}

/** Table with a row per item. `columns` has the heading of each column, and a function that makes its cells. */
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
 * @param command command that made the report, as typed
 * @param date ISO date
 * @param pictureFile name of the chart's file, next to the Markdown report
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
  const listOf = (lines: readonly string[]) =>
    lines.length > 0 ? [lines.map((line) => `- ${line}`).join('\n')] : []
  return [
    `# ${title}`,
    `\`${command}\`, ${date}.`,
    ...lead,
    ...parts.flatMap(({ title: name, picture, table, text = [] }) => [
      `## ${name}`,
      ...(picture && pictureFile ? [`![${name}](${pictureFile})`] : []),
      ...(table
        ? [[table.columns, table.columns.map(() => '---'), ...table.rows].map(row).join('\n')]
        : []),
      ...listOf(text),
    ]),
    ...listOf(notes.map((note) => `Note: ${note}.`)),
  ]
    .join('\n\n')
    .concat('\n')
}
