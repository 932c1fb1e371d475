/**
 * @module Splits a text file into records, each with the number of its first line. A record has several lines if a
 * quoted field contains line breaks (RFC 4180). DuckDB parses the fields, but this module decides where a record ends,
 * because after an unclosed quote DuckDB would read the rest of the file as one field.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { invalidInput } from '@nearside/core/error.ts'
import { type Encoding, readLines } from '../shop/lines.ts'

export interface FileRecord {
  /** Line number, from 1. */
  readonly line: number
  readonly text: string
  /** Whether the record begins a quoted field that is never closed. */
  readonly isOpen?: true
}

export interface RecordOptions {
  readonly encoding: Encoding
  readonly onProgress?: (done: number, total: number) => void
}

/** Maximum number of lines of a quoted field. */
const MOST_LINES = 500

export const cutOff = (name: string) =>
  invalidInput(`${name}: was cut off, its end is missing: export it again`)

/** Yields every non-empty line. */
export async function* readRecords(
  path: string,
  options: RecordOptions,
): AsyncGenerator<FileRecord[], void> {
  let line = 0
  for await (const lines of readLines(path, options))
    yield lines.flatMap((text) => {
      line++
      return text.trim() === '' ? [] : [{ line, text }]
    })
}

/**
 * Yields every record of delimited text. A quote opens a field only at the field's start, so `5" nail` is text. A line
 * whose quote isn't closed is a record of its own, with `isOpen`. A quote counts as unclosed if it isn't closed within
 * 500 lines, or if the record would have another number of fields than the first record.
 */
export async function* readDelimited(
  path: string,
  delimiter: string,
  { skipsFirst = false, ...options }: RecordOptions & { readonly skipsFirst?: boolean },
): AsyncGenerator<FileRecord[], void> {
  let waiting: string[] = []
  let skipped = skipsFirst ? 1 : 0
  let line = 1 + skipped
  let width = 0
  const cut = (isEnd: boolean): FileRecord[] => {
    const records: FileRecord[] = []
    let at = 0
    while (at < waiting.length) {
      const length = lengthOfRecord(waiting, at, delimiter, width)
      if (length === 0 && !isEnd && waiting.length - at < MOST_LINES) break
      const text = waiting.slice(at, at + Math.max(1, length)).join('\n')
      if (text !== '') {
        width ||= scan(text, delimiter).fields
        records.push({ line: line + at, text, ...(length === 0 && { isOpen: true }) })
      }
      at += Math.max(1, length)
    }
    waiting = waiting.slice(at)
    line += at
    return records
  }
  for await (const read of readLines(path, options)) {
    const lines = read.slice(skipped)
    skipped = 0
    waiting = waiting.length === 0 ? lines : waiting.concat(lines)
    yield cut(false)
  }
  yield cut(true)
}

/** Number of lines of the record that begins at `at`; 0 if its quote isn't closed in the given lines. */
function lengthOfRecord(lines: readonly string[], at: number, delimiter: string, width: number) {
  if (!lines[at].includes('"')) return 1
  let { inside, fields } = scan(lines[at], delimiter)
  if (!inside) return 1
  for (let next = at + 1; next < lines.length && next - at < MOST_LINES; next++) {
    const rest = scan(lines[next], delimiter, true)
    fields += rest.fields - 1
    inside = rest.inside
    if (!inside) return rest.isClean && (width === 0 || fields === width) ? next - at + 1 : 0
  }
  return 0
}

/**
 * Counts the fields of a line. `inside` says whether the line ends inside quotes, `isClean` whether a delimiter follows
 * each closing quote.
 */
function scan(text: string, delimiter: string, inside = false) {
  let fields = 1
  let isClean = true
  for (let at = 0; ; at++) {
    if (inside || text[at] === '"') {
      if (!inside) at++
      let close = text.indexOf('"', at)
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
      if (close < 0) return { inside: true, fields, isClean }
      inside = false
      at = close + 1
      if (at < text.length && text[at] !== delimiter) isClean = false
    }
    at = text.indexOf(delimiter, at)
    if (at < 0) return { inside: false, fields, isClean }
    fields++
  }
}

export function splitFields(text: string, delimiter: string): string[] {
  const fields: string[] = []
  for (let at = 0; at <= text.length; at++) {
    let end = text.indexOf(delimiter, at)
    if (text[at] === '"') {
      let close = text.indexOf('"', at + 1)
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
      end = close < 0 ? -1 : text.indexOf(delimiter, close)
    }
    if (end < 0) end = text.length
    const field = text.slice(at, end).trim()
    fields.push(/^".*"$/s.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field)
    at = end
  }
  return fields
}
