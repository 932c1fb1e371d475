/** @module Opens a file as an SQL relation: its columns, and its rows with their line numbers. */
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalidInput } from '@nearside/core/error.ts'
import { detectEncoding, type Encoding, firstBytes, readText } from '../shop/lines.ts'
import { identifier, quote, type SqlEngine } from './engine.ts'
import { jsonSource } from './json.ts'
import { cutOff, type FileRecord, readDelimited, readRecords, splitFields } from './records.ts'
import { looksLikeSequences, sequenceSource } from './untimed.ts'
import { readWorkbook } from './workbook.ts'
import { readXmlRecords } from './xml.ts'

export interface Source {
  readonly name: string
  readonly form: 'delimited' | 'json' | 'sequences'
  readonly columns: readonly string[]
  /** SQL for a column of the relation's rows; NULL or empty if a row lacks the column. */
  column(name: string): string
  /** SQL for a text that is the same for equal rows. `id`: SQL for a record's id, to compare instead of its fields. */
  wholeRow(id?: string): string
  /** SQL for the relation, with `line` (from 1) and `readable`. Call this after all calls of `column`. */
  relation(): string
  /** SQL for `line` and `isOpen` (unclosed quote) of the records that the relation, once run, could not read. */
  readonly unread?: string
}

export interface SourceOptions {
  /** Default: detected. */
  readonly encoding?: Encoding
  readonly delimiter?: string
  readonly onProgress?: (done: number, total: number) => void
}

export const DELIMITERS = [',', '\t', ';', '|'] as const
/** Maximum length of a record, bytes. */
const LONGEST = 16_000_000

/**
 * Opens delimited text, JSON (lines, an array or one document), an XML feed, an Excel workbook, Parquet, or a log of
 * sequences. Text is copied into the engine's folder as UTF-8, with a line number before each record.
 * @throws NearsideError `input-invalid`
 */
export async function openSource(
  engine: SqlEngine,
  path: string,
  options: SourceOptions = {},
): Promise<Source> {
  const name = basename(path)
  const about = await stat(path).catch(() => undefined)
  const magic = about?.isFile() ? await firstBytes(path) : ''
  const staged = join(engine.folder, `text-${copies++}`)
  if (magic === 'PK\u0003\u0004') {
    const records = await readWorkbook(path)
    return delimitedSource(engine, name, staged, ',', [records])
  }
  // Signature of an old workbook (.xls), or of a workbook with a password.
  if (magic === '\u00d0\u00cf\u0011\u00e0')
    throw invalidInput(
      `${name}: is an Excel file that can't be read: save it as .xlsx without a password, or as CSV (UTF-8)`,
    )
  if (magic === 'PAR1')
    return jsonSource(
      engine,
      name,
      `SELECT row_number() OVER () AS line, CAST(to_json(whole_row) AS VARCHAR) AS text FROM read_parquet(${quote(path)}) AS whole_row`,
    )
  const encoding = options.encoding ?? (await detectEncoding(path))
  const reading = { ...options, encoding }
  const head = (await readHead(path, encoding)).trimStart()
  if (head === '') throw invalidInput(`${name}: is empty`)
  if (/^[[{]/.test(head) && !isJsonLines(head)) {
    await copy(engine, wholeDocument(name, head[0], readText(path, reading)), staged)
    return jsonSource(
      engine,
      name,
      `SELECT row_number() OVER () AS line, CAST(json AS VARCHAR) AS text FROM read_json_objects(${quote(staged)}, maximum_object_size = ${LONGEST})`,
    )
  }
  if (/^[<{]/.test(head) || looksLikeSequences(head)) {
    const records = head.startsWith('<')
      ? readXmlRecords(path, reading)
      : readRecords(path, reading)
    await copy(engine, numbered(records, UNIT), staged)
    const lines = `SELECT line, text FROM read_csv(${quote(staged)}, ${csvOptions(UNIT, ['text'])}, quote = '', escape = '')`
    return /^[<{]/.test(head)
      ? jsonSource(engine, name, lines)
      : sequenceSource(engine, name, lines)
  }
  // Excel may write a first line such as `sep=;`, which names the delimiter.
  const [mark, named] = /^"?sep=(.)"?[\r\n]+/i.exec(head) ?? []
  const delimiter = options.delimiter ?? named ?? guessDelimiter(head)
  const records = readDelimited(path, delimiter, { ...reading, skipsFirst: mark !== undefined })
  return delimitedSource(engine, name, staged, delimiter, records)
}

/** @throws NearsideError `input-invalid` if a JSON document has no end */
async function* wholeDocument(name: string, opening: string, text: AsyncIterable<string>) {
  let last = ''
  for await (const piece of text) {
    last = piece.trimEnd().at(-1) ?? last
    yield piece
  }
  if (last !== (opening === '[' ? ']' : '}')) throw cutOff(name)
}

async function delimitedSource(
  engine: SqlEngine,
  name: string,
  staged: string,
  delimiter: string,
  batches: AsyncIterable<FileRecord[]> | Iterable<FileRecord[]>,
): Promise<Source> {
  let columns: string[] | undefined
  async function* rows() {
    for await (const records of batches) {
      const [first] = columns ? [] : records
      if (first) columns = nameColumns(splitFields(first.text, delimiter))
      yield first ? records.slice(1) : records
    }
  }
  await copy(engine, numbered(rows(), delimiter), staged)
  if (!columns) throw invalidInput(`${name}: is empty`)
  const options = csvOptions(delimiter, columns)
  const rejects = `rejects_${copies}`
  const whole = `concat_ws(chr(31), ${columns.map((column) => `coalesce(${identifier(column)}, '')`)})`
  return {
    name,
    form: 'delimited',
    columns,
    column: identifier,
    wholeRow: () => whole,
    relation: () =>
      `(SELECT *, true AS readable FROM read_csv(${quote(staged)}, ${options}, quote = '"', escape = '"', ignore_errors = true, store_rejects = true, rejects_table = '${rejects}', rejects_scan = '${rejects}_scan'))`,
    unread: `SELECT DISTINCT abs(number) AS line, number < 0 AS isOpen FROM (
      SELECT TRY_CAST(regexp_extract(csv_line, '^-?\\d+') AS BIGINT) AS number FROM ${rejects})`,
  }
}

/** Text of records with their line numbers. A record with an unclosed quote becomes its negative line number alone. */
async function* numbered(batches: AsyncIterable<FileRecord[]>, delimiter: string) {
  for await (const records of batches)
    yield records
      // Carriage returns are replaced, because DuckDB would end the record there.
      .map(({ line, text, isOpen }) =>
        isOpen ? `-${line}\n` : `${line}${delimiter}${text.replaceAll('\r', ' ')}\n`,
      )
      .join('')
}

let copies = 0

async function copy({ signal }: SqlEngine, text: AsyncIterable<string>, to: string): Promise<void> {
  await pipeline(Readable.from(text), createWriteStream(to), { signal })
}

/** Separator between a line's number and its text: a character that JSON doesn't contain. */
const UNIT = '\u0001'

function csvOptions(delimiter: string, columns: readonly string[]): string {
  const types = ['line', ...columns].map(
    (name) => `${quote(name)}: '${name === 'line' ? 'BIGINT' : 'VARCHAR'}'`,
  )
  return `header = false, auto_detect = false, delim = ${quote(delimiter)}, max_line_size = ${LONGEST}, columns = {${types}}`
}

/** Adds a number to column names that are empty, repeated or reserved by the reader. */
function nameColumns(header: readonly string[]): string[] {
  const taken = new Set(['line', 'readable'])
  return header.map((written, k) => {
    const name =
      written === '' || taken.has(written.toLowerCase()) ? `${written} (${k + 1})` : written
    taken.add(name.toLowerCase())
    return name
  })
}

/** Whether the file is JSON lines, whose first line is a complete value. */
function isJsonLines(head: string): boolean {
  if (!head.startsWith('{')) return false
  const [first] = head.split('\n', 1)
  if (first.length === head.length && head.length >= HEAD) return true
  try {
    JSON.parse(first)
    return true
  } catch {
    // A first line with only a brace begins a JSON document; any other invalid first line is a bad JSON line.
    return first.trim().length > 1
  }
}

const HEAD = 1 << 16

async function readHead(path: string, encoding: Encoding): Promise<string> {
  let head = ''
  for await (const text of readText(path, { encoding })) {
    head += text
    if (head.length >= HEAD) break
  }
  return head
}

/** Delimiter that splits the header line into the most fields. */
function guessDelimiter(head: string): string {
  const [header] = head.split(/[\r\n]/, 1)
  const counts = DELIMITERS.map((delimiter) => splitFields(header, delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]
}
