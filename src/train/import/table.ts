/** @module An order log or a catalog as rows of named columns, from CSV, TSV or JSON lines. */
import { basename } from 'node:path'
import { NearsideError } from '../../core/error.ts'
import { type Encoding, readLines, readText } from '../shop/lines.ts'
import { CsvParser } from './csv.ts'
import { flattenRecord } from './json.ts'

export interface Row {
  /** As in `Table.columns`; empty where the record lacks the column. */
  readonly values: readonly string[]
  /** From 1, for messages. */
  readonly line: number
  /** Set when the record cannot be used. */
  readonly problem?: 'unreadable'
}

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly form: 'csv' | 'jsonl' | 'sequences' | 'periods'
  readonly delimiter?: string
  /** The first rows, already read, for guessing; `rows` yields them again. */
  readonly sample: readonly Row[]
  rows(): AsyncIterable<readonly Row[]>
}

export interface TableOptions {
  readonly encoding?: Encoding
  readonly delimiter?: string
  readonly onProgress?: (done: number, total: number) => void
}

export const DELIMITERS = [',', '\t', ';', '|'] as const

/** Enough to see every kind of record of a log once. */
const SAMPLE = 10_000

/**
 * Opens a table and reads its head. The form is JSON lines when the first character is `{`.
 * @throws NearsideError `input-invalid`
 */
export async function openTable(path: string, options: TableOptions = {}): Promise<Table> {
  const name = basename(path)
  const head = await readHead(path, options.encoding)
  if (head.trim() === '') throw new NearsideError('input-invalid', `${name}: is empty`)
  if (head.trimStart().startsWith('[') || head.trimStart().startsWith('<'))
    throw new NearsideError('input-invalid', `${name}: is not CSV, TSV or JSON lines`)
  const isJson = head.trimStart().startsWith('{')
  const delimiter = isJson ? undefined : (options.delimiter ?? guessDelimiter(head))
  const batches = isJson ? jsonBatches(path, options) : csvBatches(path, delimiter!, options)
  return begin(name, isJson ? 'jsonl' : 'csv', delimiter, batches)
}

type Batch = readonly { readonly record: readonly string[] | FlatRecord | null; line: number }[]
type FlatRecord = ReadonlyMap<string, string>

async function begin(
  name: string,
  form: Table['form'],
  delimiter: string | undefined,
  batches: AsyncGenerator<Batch, void>,
): Promise<Table> {
  const head: Batch[] = []
  let count = 0
  while (count < SAMPLE) {
    const next = await batches.next()
    if (next.done) break
    head.push(next.value)
    count += next.value.length
  }
  const records = head.flat()
  const columns = form === 'csv' ? headerOf(records, name) : keysOf(records)
  const toRow = rowBuilder(columns)
  const sample = (form === 'csv' ? records.slice(1) : records).map(toRow)
  return {
    name,
    form,
    delimiter,
    columns,
    sample,
    async *rows() {
      yield sample
      for await (const batch of batches) yield batch.map(toRow)
    },
  }
}

function headerOf(records: Batch, name: string): string[] {
  const header = records[0]?.record
  if (!Array.isArray(header))
    throw new NearsideError('input-invalid', `${name}: has no header line`)
  const columns = header.map((column: string) => column.trim())
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) !== i)
  if (twice !== undefined)
    throw new NearsideError('input-invalid', `${name}: the header names '${twice}' twice`)
  return columns
}

function keysOf(records: Batch): string[] {
  const keys = new Set<string>()
  for (const { record } of records) {
    if (record instanceof Map) for (const key of record.keys()) keys.add(key)
  }
  return [...keys]
}

function rowBuilder(columns: readonly string[]) {
  return ({ record, line }: Batch[number]): Row => {
    if (record instanceof Map) return { line, values: columns.map((key) => record.get(key) ?? '') }
    const values = record as readonly string[] | null
    return values?.length === columns.length
      ? { line, values }
      : { line, values: values ?? [], problem: 'unreadable' }
  }
}

async function* csvBatches(
  path: string,
  delimiter: string,
  { encoding, onProgress }: TableOptions,
): AsyncGenerator<Batch, void> {
  const parser = new CsvParser(delimiter)
  const toBatch = (records: ReturnType<CsvParser['end']>): Batch =>
    records.map(({ fields, line }) => ({ record: fields, line }))
  try {
    for await (const text of readText(path, { encoding, onProgress }))
      yield toBatch(parser.push(text))
    yield toBatch(parser.end())
  } catch (error) {
    if (error instanceof NearsideError && error.message.startsWith('line '))
      throw new NearsideError(error.code, `${basename(path)} ${error.message}`)
    throw error
  }
}

async function* jsonBatches(
  path: string,
  { encoding, onProgress }: TableOptions,
): AsyncGenerator<Batch, void> {
  let line = 0
  for await (const lines of readLines(path, { encoding, onProgress })) {
    const batch: { record: FlatRecord | null; line: number }[] = []
    for (const text of lines) {
      line++
      if (text.trim() === '') continue
      for (const record of flattenRecord(text)) batch.push({ record, line })
    }
    yield batch
  }
}

/** The first few thousand characters, enough for the header. */
async function readHead(path: string, encoding?: Encoding): Promise<string> {
  let head = ''
  for await (const text of readText(path, { encoding })) {
    head += text
    if (head.length > 4096) break
  }
  return head
}

/** The one that splits the header line into the most fields. */
function guessDelimiter(head: string): string {
  const header = head.trimStart().split(/[\r\n]/, 1)[0]
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]
}
