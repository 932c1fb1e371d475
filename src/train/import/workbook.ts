/**
 * @module Reads the first sheet of an Excel workbook (.xlsx) as delimited records. Dates stay day numbers.
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-376/
 */
import { readFile } from 'node:fs/promises'
import { basename, posix } from 'node:path'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'htmlparser2'
import type { FileRecord } from './records.ts'

/** Maximum size of an unpacked sheet, which must fit into memory; bytes. */
const LARGEST = 400_000_000
const WORKBOOK = 'xl/workbook.xml'
const TEXTS = 'xl/sharedStrings.xml'

type Attributes = Readonly<Record<string, string>>

/**
 * Returns one record per row, with the fields separated by commas. All rows have as many fields as the first row.
 * @throws NearsideError `input-invalid` if the file is damaged, too large or no workbook, or counts days from 1904
 */
export async function readWorkbook(path: string): Promise<FileRecord[]> {
  const name = basename(path)
  const refuse = (why: string, cause?: unknown): never => {
    throw invalidInput(`${name}: ${why}`, cause)
  }
  const files = unpack(await readFile(path), refuse)
  const part = (at: string) => (files[at] ? strFromU8(files[at]) : '')
  if (!files[WORKBOOK]) return refuse('is an archive, not an Excel workbook: unpack it first')
  let first: string | undefined
  let sheet = 'xl/worksheets/sheet1.xml'
  each(part(WORKBOOK), (tag, attributes) => {
    if (tag === 'sheet') first ??= attributes['r:id']
    if (tag === 'workbookPr' && /^(1|true)$/.test(attributes.date1904 ?? ''))
      refuse('counts its dates from 1904: save the sheet as CSV (UTF-8)')
  })
  each(part('xl/_rels/workbook.xml.rels'), (tag, { Id, Target }) => {
    if (tag === 'Relationship' && Id === first) sheet = posix.resolve('/xl', Target).slice(1)
  })
  return recordsOf(part(sheet), textsOf(part(TEXTS)))
}

function unpack(bytes: Uint8Array, refuse: (why: string, cause?: unknown) => never) {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const isWanted = /^xl\/(worksheets\/|_rels\/|workbook\.xml|sharedStrings\.xml)/.test(name)
        if (isWanted && originalSize > LARGEST)
          refuse('is too large to be read as a workbook: save the sheet as CSV (UTF-8)')
        return isWanted
      },
    })
  } catch (error) {
    if (error instanceof NearsideError) throw error
    return refuse('is a damaged workbook: export it again, or save the sheet as CSV (UTF-8)', error)
  }
}

/** Texts that cells share, by index; a text may consist of several runs (pieces with a format). */
function textsOf(xml: string): string[] {
  const texts: string[] = []
  each(
    xml,
    (tag) => {
      if (tag === 'si') texts.push('')
    },
    (tag, text) => {
      if (tag === 't') texts[texts.length - 1] += text
    },
  )
  return texts
}

function recordsOf(xml: string, texts: readonly string[]): FileRecord[] {
  const rows: { readonly line: number; readonly fields: readonly string[] }[] = []
  let width = 0
  let line = 0
  let fields: string[] = []
  let cell: Attributes = {}
  const put = (value: string) => {
    const letters = /^[A-Z]+/.exec(cell.r ?? '')?.[0]
    const at = letters
      ? [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1
      : fields.length
    while (fields.length < at) fields.push('')
    fields[at] = (fields[at] ?? '') + value
  }
  each(
    xml,
    (tag, attributes) => {
      if (tag === 'row') {
        line = Number(attributes.r ?? line + 1)
        fields = []
      } else if (tag === 'c') {
        cell = attributes
        if (!cell.r) fields.push('')
      }
    },
    (tag, text) => {
      if (tag === 't') put(text)
      else if (tag === 'v') put(textOf(text, cell.t, texts))
      else if (tag === 'row' && fields.some((field) => field !== '')) {
        width ||= fields.length
        while (fields.length < width) fields.push('')
        rows.push({ line, fields })
      }
    },
  )
  // In a column with times of day, a whole number gets `.0`, which makes it midnight instead of a date without a time.
  const hasTimes = Array.from({ length: width }, (_, at) =>
    rows.some(({ fields }) => /^\d{5}\.\d+$/.test(fields[at])),
  )
  const whole = (field: string, at: number) =>
    hasTimes[at] && /^\d{5}$/.test(field) ? `${field}.0` : field
  return rows.map(({ line, fields }) => ({
    line,
    text: fields.map((field, at) => quoted(whole(field, at))).join(','),
  }))
}

function textOf(text: string, type: string | undefined, texts: readonly string[]): string {
  if (type === 's') return texts[Number(text)] ?? ''
  if (type === 'b') return text === '1' ? 'true' : 'false'
  return type === 'e' ? '' : text
}

const quoted = (field: string) =>
  /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field

/**
 * Calls `open` and `close` for each XML element, by its name without prefix. `close` receives the text directly inside
 * the element. Phonetic hints are skipped.
 */
function each(
  xml: string,
  open: (tag: string, attributes: Attributes) => void,
  close: (tag: string, text: string) => void = () => {},
): void {
  let text = ''
  let hints = 0
  const local = (tag: string) => tag.slice(tag.indexOf(':') + 1)
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        text = ''
        if (local(tag) === 'rPh') hints++
        if (hints === 0) open(local(tag), attributes)
      },
      ontext(piece) {
        text += piece
      },
      onclosetag(tag) {
        if (hints === 0) close(local(tag), text)
        if (local(tag) === 'rPh') hints--
        text = ''
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(xml)
}
