/** @module Reads the rules for the wording of a shop's catalog: a JSON file beside the shop's data. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { WordRules } from './title.ts'

/** A department, and the words that put a product into it, by strength. */
export interface Department {
  readonly name: string
  /** Themes, which outrank words that name the product: "Christmas", "Easter". */
  readonly always: readonly string[]
  /** Words that name the product itself: "mug", "photo frame". */
  readonly strong: readonly string[]
  /** Words that count only if the title has no word that names the product itself. */
  readonly words: readonly string[]
  /** Words that only add a vote to the votes of similar items. */
  readonly weak: readonly string[]
}

export interface CatalogRules {
  /** Lower-case word → its spelling in titles. */
  readonly words: WordRules
  /** Literal text of a title → its replacement, applied before the rules for single words. */
  readonly phrases: ReadonlyMap<string, string>
  /** Titles of order lines that are no products although their code looks like a product's. */
  readonly notForSale: ReadonlySet<string>
  readonly departments: readonly Department[]
}

/** @throws NearsideError `input-invalid` if the file can't be read or has a wrong form */
export async function readCatalogRules(path: string): Promise<CatalogRules> {
  const name = basename(path)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw NearsideError.from(error, 'input-invalid', `${name} cannot be read`)
  })
  try {
    return parseCatalogRules(JSON.parse(text), name)
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', `${name} is not JSON`)
  }
}

/** @throws NearsideError `input-invalid` if the form is wrong; the message names the wrong field */
export function parseCatalogRules(value: unknown, name: string): CatalogRules {
  const refuse = (message: string): never => {
    throw invalidInput(`${name}: ${message}`)
  }
  const record = (candidate: unknown, field: string): [string, unknown][] =>
    typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate)
      ? Object.entries(candidate)
      : refuse(`${field} is not an object`)
  const texts = (candidate: unknown, field: string): string[] => {
    if (candidate === undefined) return []
    return Array.isArray(candidate) && candidate.every((text) => typeof text === 'string')
      ? candidate
      : refuse(`${field} is not a list of texts`)
  }
  const textMap = (candidate: unknown, field: string): Map<string, string> =>
    new Map(
      record(candidate ?? {}, field).map(([key, text]) => [
        key,
        typeof text === 'string' ? text : refuse(`${field}.${key} is not text`),
      ]),
    )
  const fields = new Map(record(value, 'the file'))
  const departments = fields.get('departments') ?? []
  if (!Array.isArray(departments)) return refuse('departments is not a list')
  return {
    words: textMap(fields.get('words'), 'words'),
    phrases: textMap(fields.get('phrases'), 'phrases'),
    notForSale: new Set(texts(fields.get('notForSale'), 'notForSale')),
    departments: departments.map((entry: unknown, i) => {
      const department = new Map(record(entry, `department ${i + 1}`))
      const title = department.get('name')
      if (typeof title !== 'string' || title === '')
        return refuse(`department ${i + 1} has no name`)
      return {
        name: title,
        always: texts(department.get('always'), `${title}.always`),
        strong: texts(department.get('strong'), `${title}.strong`),
        words: texts(department.get('words'), `${title}.words`),
        weak: texts(department.get('weak'), `${title}.weak`),
      }
    }),
  }
}
