/** @module Reads all message catalogues (interface texts in English and German) below `src`, for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from '@nearside/browser/page/words.ts'

const SRC = join(import.meta.dirname, '../src')

export interface Catalogue {
  /** Path below `src`, without language and extension. */
  readonly name: string
  readonly en: Readonly<Record<string, Message>>
  readonly de: Readonly<Record<string, Message>>
}

/** Every message catalogue: a file `en.json` or `….en.json`, with the German catalogue beside it. */
export function catalogues(): readonly Catalogue[] {
  const read = (path: string) => JSON.parse(readFileSync(join(SRC, path), 'utf8'))
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\ben\.json$/.test(path) && !path.includes('node_modules'))
    .map((path) => ({
      name: path.replace(/\.?en\.json$/, ''),
      en: read(path),
      de: read(path.replace(/en\.json$/, 'de.json')),
    }))
}

export const formsOf = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message)

/** Names of the placeholders in a message, except `n`, which a plural form may leave out. */
export const valuesIn = (message: Message): readonly string[] => {
  const found = formsOf(message).flatMap((text) => text.match(/(?<=\{)\w+(?=\})/g) ?? [])
  return [...new Set(found)].filter((name) => name !== 'n').sort()
}

const ENGLISH = /\b(the|and|your|you|of|with|is|are|this|nothing|from|has|been|for|to|by|on|it)\b/i

/** Keys whose German message equals the English message, or contains an English word. */
export function leftInEnglish({ en, de }: Pick<Catalogue, 'en' | 'de'>): string[] {
  const isLeft = (key: string) =>
    formsOf(de[key]).some(
      (text) =>
        /\p{L}{2}/u.test(text) &&
        (formsOf(en[key] ?? '').includes(text) || ENGLISH.test(text.replace(/\{\w+\}/g, ''))),
    )
  return Object.keys(de).filter(isLeft)
}
