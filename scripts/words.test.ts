/** @module Checks the message catalogues: both languages have the same messages, and the code fills in their values. */
// biome-ignore-all lint/correctness/noComponentHookFactories: the visitor's functions are named by node types

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wordsIn } from '@nearside/browser/page/words.ts'
import { parseSync, Visitor } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { CONSOLE_GERMAN, GERMAN, SEARCH_GERMAN } from '../src/german.ts'
import { catalogues, formsOf, leftInEnglish, valuesIn } from './catalogues.ts'

const SRC = join(import.meta.dirname, '../src')

const ALL = catalogues()

/** Keys of messages that are the same in both languages. */
const SAME = [
  ...['engines.webgpu', 'engines.wasm', 'name', 'version', 'hash'],
  ...['list.name', 'product.facts.materials', 'colour.orange'],
  ...['month.4', 'month.8', 'month.9', 'month.11'],
]

test('finds the message catalogues of lists, panel, console, search, vault and demo shop', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(9)
})

describe.each(ALL)('$name', ({ en, de }) => {
  test('$name: both languages have the same messages with the same placeholders', () => {
    // Some errors have no English message: the English interface shows the error's own sentence.
    const isOfError = (key: string) => key.startsWith('trouble.') && !(key in en)
    expect(Object.keys(de).filter((key) => !isOfError(key))).toEqual(Object.keys(en))
    const values = (messages: typeof en) =>
      Object.entries(messages)
        .filter(([key]) => !isOfError(key))
        // In English `wentWrong` inserts the error's own message, in German a sentence chosen by the error's code.
        .filter(([key]) => key !== 'wentWrong')
        .map(([key, message]) => [key, valuesIn(message)])
    expect(values(de)).toEqual(values(en))
  })

  test('$name: each plural form is one that the language has', () => {
    for (const [locale, messages] of [
      ['en-GB', en],
      ['de-DE', de],
    ] as const) {
      const known = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
      for (const message of Object.values(messages)) {
        if (typeof message === 'string') continue
        const forms = Object.keys(message).filter((form) => !/^\d+$/.test(form))
        expect(known).toEqual(expect.arrayContaining(forms))
        expect(forms).toContain('other')
      }
    }
  })

  test('$name: every German message is translated', () => {
    expect(leftInEnglish({ en, de }).filter((key) => !SAME.includes(key))).toEqual([])
  })
})

test('leftInEnglish finds an untranslated message, even a single plural form', () => {
  const en = { a: 'Cake', b: { one: 'one place', other: '{n} places' }, c: 'Tin' }
  const de = { a: 'Cake', b: { one: 'ein Platz', other: '{n} places' }, c: 'Put it in' }
  expect(leftInEnglish({ en, de })).toEqual(['a', 'b', 'c'])
})

test('message catalogues that are used together have different keys', () => {
  const keys = (...names: string[]) =>
    names.flatMap((name) => Object.keys(ALL.find((one) => one.name.endsWith(name))?.en ?? {}))
  for (const list of [
    keys('messages/lists', 'stored', 'sharing', 'panel', 'storefront/words/'),
    keys('messages/lists', 'stored', 'sharing', 'console'),
    keys('question', 'sharing'),
  ])
    expect(list).toHaveLength(new Set(list).size)
})

interface Call {
  readonly at: string
  /** Matches the keys that this call of `words` may read; null if the key is a variable. */
  readonly key: RegExp | null
  /** False if the key is a template, whose pattern in `key` also matches keys that the call never reads. */
  readonly isExact: boolean
  /** Names of the values that the call passes; null if the call passes a variable. */
  readonly values: readonly string[] | null
}

interface Node {
  readonly type: string
  readonly [name: string]: unknown
}

/** Pattern for any part of a key that the code computes. */
const ANY = '[\\w-]+'

const escaped = (text: string) => text.replaceAll('.', '\\.')

function keyOf({ type, ...node }: Node): string | null {
  if (type === 'Literal') return escaped(String(node.value))
  if (type === 'ConditionalExpression') {
    const sides = [node.consequent, node.alternate].map((side) => keyOf(side as Node))
    return sides.includes(null) ? null : sides.join('|')
  }
  if (type !== 'TemplateLiteral') return null
  const quasis = node.quasis as { value: { cooked: string } }[]
  return quasis.map(({ value }) => escaped(value.cooked)).join(ANY)
}

/** Calls of `words(…)` in a file, and patterns of all its strings and templates, since any of them may be a key. */
function read(path: string): { calls: readonly Call[]; keys: readonly string[] } {
  const calls: Call[] = []
  const keys: string[] = []
  const text = readFileSync(path, 'utf8')
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string' && /^[\w.-]+$/.test(value)) keys.push(escaped(value))
    },
    TemplateLiteral: (node) => {
      const key = keyOf(node as unknown as Node)
      if (key && /^[\w-]+\\\./.test(key)) keys.push(key)
    },
    CallExpression: ({ callee, arguments: [first, second], start }) => {
      const called = text.slice(callee.start, callee.end)
      if (!first || !/(^|[.#]|search)words$/i.test(called)) return
      const key = keyOf(first as unknown as Node)
      const given = second?.type === 'ObjectExpression' ? second.properties : second ? null : []
      const names = given?.map((one) =>
        one.type === 'Property' && one.key.type === 'Identifier' ? one.key.name : null,
      )
      calls.push({
        at: `${path}:${text.slice(0, start).split('\n').length}`,
        key: key === null ? null : new RegExp(`^(${key})$`),
        isExact: !key?.includes(ANY),
        values: names && !names.includes(null) ? (names as string[]) : null,
      })
    },
  }).visit(parseSync(path, text).program)
  return { calls, keys }
}

const FILES = ['ui', 'storefront', 'browser/vault', 'core/ranking'].flatMap((folder) =>
  readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/test/.test(path))
    .map((path) => read(join(SRC, folder, path))),
)

test('each call of `words` passes the values that its message inserts', () => {
  const calls = FILES.flatMap((file) => file.calls)
  expect(calls.length).toBeGreaterThan(300)
  const wrong = calls.filter(({ key, isExact, values }) => {
    if (key === null) return false
    const read = ALL.flatMap(({ en, de }) =>
      Object.keys(en)
        .filter((name) => key.test(name))
        .map((name) => ({ name, needed: valuesIn(en[name]), known: valuesIn(de[name]) })),
    )
    if (read.length === 0) return true
    if (values === null) return false
    const known = read.flatMap(({ needed, known }) => ['n', ...needed, ...known])
    if (!values.every((name) => known.includes(name))) return true
    // Two message catalogues may use the same key for messages with different placeholders.
    const isFilled = (name: string) =>
      read.some((one) => one.name === name && one.needed.every((value) => values.includes(value)))
    const names = read.map(({ name }) => name)
    return !(isExact ? names.every(isFilled) : names.some(isFilled))
  })
  expect(wrong.map(({ at }) => at)).toEqual([])
})

test('the code uses each message', () => {
  const read = new RegExp(`^(${[...new Set(FILES.flatMap(({ keys }) => keys))].join('|')})$`)
  const calls = FILES.flatMap((file) => file.calls)
  const unread = ALL.flatMap(({ en }) => Object.keys(en)).filter(
    (key) => !read.test(key) && !calls.some((call) => call.key?.test(key)),
  )
  expect(unread).toEqual([])
})

test('the interface says “update” for what a device sends, and “report” only for a printout', () => {
  const named = (by: RegExp, set: object) =>
    Object.entries(set).flatMap(([key, message]) =>
      typeof message === 'string' || 'other' in message
        ? formsOf(message).some((text) => by.test(text))
          ? [key]
          : []
        : [],
    )
  for (const set of [GERMAN, CONSOLE_GERMAN]) {
    expect(named(/bericht/i, set).filter((key) => !['takeText', 'print'].includes(key))).toEqual([])
    expect(named(/beitr[aä]g/i, set)).toEqual(expect.arrayContaining(['terms.crowd', 'wording']))
  }
  for (const { en } of ALL.filter(({ name }) => /ui|sharing/.test(name)))
    expect(
      named(/\breports?\b(?!,)/i, en).filter((key) => !['takeText', 'print'].includes(key)),
    ).toEqual([])
})

test('German messages use plural forms and insert values', () => {
  const words = wordsIn(GERMAN, 'de-DE')
  expect(words('higher', { n: 1 })).toBe('1 Platz höher als für alle')
  expect(words('higher', { n: 1234 })).toBe('1.234 Plätze höher als für alle')
  expect(words('because.wished', { title: 'Cake tin' })).toBe(
    'Weil Sie Cake tin auf die Wunschliste gesetzt haben',
  )
  expect(words('learnedFrom', { n: 0 })).toBe('Noch nichts gelernt')
  expect(words('learnedFrom', { n: 1 })).toBe('Aus 1 Aktion gelernt')
  expect(wordsIn(SEARCH_GERMAN, 'de-DE')('count', { n: 1 })).toBe('1 Artikel')
})
