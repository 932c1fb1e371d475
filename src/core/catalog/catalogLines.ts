/**
 * @module Writes and reads the text of a catalog with one product per line. The text begins with the head: the products
 * that recommendations show first. A device reads the text as it arrives, because a new shopper's recommendations need
 * only the head, and to parse the whole text at once would block a slow phone.
 */
import { isRecord } from '../isRecord.ts'
import { type Catalog, CatalogRows } from './catalog.ts'

/** Number of products in the head of a catalog. */
export const HEAD = 500

/** Bytes that a device parses in one task of the event loop: some milliseconds on a slow phone. */
export const PIECE = 65_536

/** Lines of a catalog's text up to the last line of its head. Their hash shows which catalog a head belongs to. */
export const headOf = (text: string): string => text.split('\n', HEAD + 1).join('\n')

/**
 * Writes the text without picture vectors, which devices download with the base model.
 * @param first ids of the products in the head, in this order; only the first 500 (`HEAD`) count
 */
export function writeCatalog(rows: readonly unknown[], first: readonly string[]): string {
  const places = new Map(first.slice(0, HEAD).map((id, place) => [id, place]))
  const placeOf = (row: unknown) =>
    places.get(String((row as { readonly id?: unknown } | null)?.id)) ?? HEAD
  const sorted = rows.toSorted((a, b) => placeOf(a) - placeOf(b))
  return `[\n${sorted.map((row) => JSON.stringify(isRecord(row) ? { ...row, pictureVector: undefined } : row)).join(',\n')}\n]\n`
}

export class CatalogLines {
  readonly #onHead: (head: Catalog, text: string) => void
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #rows = new CatalogRows()
  #head = ''
  /** Beginning of a line whose end has not arrived yet. */
  #rest = ''
  /** Expected first character of the next line; '' after the last line, null after an invalid line. */
  #next: '[' | '{' | ']' | '' | null = '['

  /** @param onHead called once with the head, when the first product after it arrives */
  constructor(onHead: (head: Catalog, text: string) => void) {
    this.#onHead = onHead
  }

  add(bytes: Uint8Array): void {
    if (this.#next === null) return
    try {
      const text = this.#rest + this.#decoder.decode(bytes, { stream: true })
      const lines = text.split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) this.#read(line)
      if (this.#next === '[' && this.#rest.length > 1) this.#next = null
    } catch {
      this.#next = null
    }
  }

  /**
   * The whole catalog; null if the file is incomplete or doesn't have one product per line.
   * @throws NearsideError `catalog-invalid` if every row is invalid
   */
  end(): Catalog | null {
    return this.#next === '' && this.#rest === '' ? this.#rows.done() : null
  }

  #read(line: string): void {
    const isRow = this.#next === '{'
    if (line[0] !== this.#next || isRow !== line.length > 1) throw new SyntaxError()
    if (this.#rows.read < HEAD) this.#head += this.#next === '[' ? line : `\n${line}`
    else if (isRow && this.#rows.read === HEAD) this.#onHead(this.#rows.done(), this.#head)
    const goesOn = line.endsWith(',')
    if (isRow) this.#rows.add([JSON.parse(goesOn ? line.slice(0, -1) : line)])
    this.#next = line === ']' ? '' : line === '[' || goesOn ? '{' : ']'
  }
}
