/**
 * @module Delimited text by RFC 4180: quoted fields, doubled quotes, line breaks inside quotes;
 * `\n`, `\r\n` or a bare `\r` ends a record. A push parser, so that files of any size stream.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { NearsideError } from '../../core/error.ts'

/** One record and the line (from 1) on which it begins. */
export interface CsvRecord {
  readonly fields: string[]
  readonly line: number
}

/** More than this in one quoted field means a quote that was never closed. */
const MAX_FIELD_LENGTH = 1 << 20

/**
 * Feed text in pieces of any length; complete records come back. A quote opens a quoted field only
 * at the field's start, so that `5" nail` is text. Empty lines are skipped. Nothing is trimmed.
 */
export class CsvParser {
  readonly #delimiter: string
  readonly #special: RegExp
  #rest = ''
  #quoted = false
  #field = ''
  #fields: string[] = []
  #line = 1
  #start = 1

  constructor(delimiter = ',') {
    this.#delimiter = delimiter
    this.#special = new RegExp(`[${delimiter === '\t' ? '\\t' : `\\${delimiter}`}\\r\\n]`, 'g')
  }

  push(text: string): CsvRecord[] {
    return this.#parse(this.#rest + text, false)
  }

  /** The last record, when the text did not end in a line break. */
  end(): CsvRecord[] {
    const records = this.#parse(this.#rest, true)
    if (this.#quoted)
      throw new NearsideError('input-invalid', `line ${this.#start}: a quote is never closed`)
    return records
  }

  #parse(text: string, last: boolean): CsvRecord[] {
    const records: CsvRecord[] = []
    let at = 0
    this.#rest = ''
    while (at < text.length) {
      if (this.#quoted) {
        const close = text.indexOf('"', at)
        // The quote's meaning depends on what follows it, which may be in the next piece.
        if (close < 0 || (close === text.length - 1 && !last)) {
          const end = close < 0 ? text.length : close
          this.#append(text.slice(at, end))
          this.#rest = text.slice(end)
          return records
        }
        this.#append(text.slice(at, close))
        if (text[close + 1] === '"') {
          this.#field += '"'
          at = close + 2
        } else {
          this.#quoted = false
          at = close + 1
          if (at >= text.length) break
          at = this.#unquoted(text, at, last, records)
        }
      } else if (text[at] === '"' && this.#field === '') {
        this.#quoted = true
        at++
      } else {
        at = this.#unquoted(text, at, last, records)
      }
      if (at < 0) return records
    }
    if (last && !this.#quoted) this.#finish(records)
    return records
  }

  /** Reads up to and over the next delimiter or line end; -1 when that needs more text. */
  #unquoted(text: string, at: number, last: boolean, records: CsvRecord[]): number {
    this.#special.lastIndex = at
    const found = this.#special.exec(text)
    if (!found) {
      this.#field += text.slice(at)
      if (last) this.#finish(records)
      return last ? text.length : -1
    }
    const end = found.index
    if (found[0] === '\r' && end === text.length - 1 && !last) {
      this.#rest = text.slice(at)
      return -1
    }
    this.#field += text.slice(at, end)
    if (found[0] === this.#delimiter) {
      this.#fields.push(this.#field)
      this.#field = ''
      // A record that ends right behind a delimiter has one more, empty field.
      if (last && end + 1 >= text.length) this.#finish(records, true)
      return end + 1
    }
    this.#line++
    this.#finish(records)
    return found[0] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1
  }

  #append(text: string): void {
    this.#field += text
    if (this.#field.length > MAX_FIELD_LENGTH)
      throw new NearsideError('input-invalid', `line ${this.#start}: a quote is never closed`)
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#line++
  }

  #finish(records: CsvRecord[], evenEmpty = false): void {
    this.#fields.push(this.#field)
    if (evenEmpty || this.#fields.length > 1 || this.#fields[0] !== '')
      records.push({ fields: this.#fields, line: this.#start })
    this.#field = ''
    this.#fields = []
    this.#start = this.#line
  }
}
