/**
 * @module Reads an XML product feed (RSS 2.0 or Atom, as for Google Merchant Center) as JSON records: the texts of each
 * product's elements by name, without the prefix `g:`.
 * @see https://support.google.com/merchants/answer/14987622
 */
import { basename } from 'node:path'
import { Parser } from 'htmlparser2'
import { readText } from '../shop/lines.ts'
import { cutOff, type FileRecord, type RecordOptions } from './records.ts'

const RECORD = /^(item|entry|product)$/

/** Yields a record for each product; `line` is the product's number. Repeated and nested elements are left out. */
export async function* readXmlRecords(
  path: string,
  options: RecordOptions,
): AsyncGenerator<FileRecord[], void> {
  let ready: FileRecord[] = []
  let line = 0
  let depth = 0
  let record: Record<string, string> | undefined
  let text = ''
  let isEnd = false
  const parser = new Parser(
    {
      onopentag(tag, { href }) {
        text = ''
        if (record) depth++
        else if (RECORD.test(localName(tag))) {
          record = {}
          depth = 0
        }
        // In Atom, the link is an attribute instead of a text.
        if (record && depth === 1 && href !== undefined) record[localName(tag)] ??= href
      },
      ontext(piece) {
        if (record) text += piece
      },
      onclosetag(tag, isImplied) {
        // The parser itself closes an element that the end of the file left open: the file was cut off.
        if (isEnd && isImplied) throw cutOff(basename(path))
        if (!record) return
        if (depth === 0) {
          ready.push({ line: ++line, text: JSON.stringify(record) })
          record = undefined
        } else if (depth-- === 1 && text.trim() !== '') record[localName(tag)] ??= text.trim()
        text = ''
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  for await (const piece of readText(path, options)) {
    parser.write(piece)
    yield ready
    ready = []
  }
  isEnd = true
  parser.end()
  yield ready
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1)
}
