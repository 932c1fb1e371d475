import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GERMAN } from '../react/german.ts'
import { ENGLISH } from '../react/labels.ts'
import { leftInEnglish, wordsOf } from '../testWords.ts'
import { CONSOLE_GERMAN } from './german.ts'
import { TECHNICAL_ENGLISH } from './technical/words.ts'
import { CONSOLE_ENGLISH } from './words.ts'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

test('no string of the console’s German set is left in English', () => {
  const { details, ...own } = CONSOLE_GERMAN
  expect(leftInEnglish(CONSOLE_ENGLISH, own, read('german.ts'))).toEqual([])
  // Names that are the same in both languages.
  expect(leftInEnglish(TECHNICAL_ENGLISH, details, read('technical/german.ts'))).toEqual([
    'engines.webgpu',
    'engines.wasm',
    'name',
    'version',
    'hash',
  ])
})

test.each([
  ['English', [ENGLISH, CONSOLE_ENGLISH, TECHNICAL_ENGLISH], /\breports?\b(?!,)/i, /\bupdates?\b/i],
  ['German', [GERMAN, CONSOLE_GERMAN], /bericht/i, /beitr[aä]g/i],
])(
  'in %s panel and console have one word for what is sent; a report is what is printed',
  (_, sets, report, update) => {
    const words = sets.flatMap((set) => [...wordsOf(set)])
    const named = (by: RegExp) => words.flatMap(([name, text]) => (by.test(text) ? [name] : []))
    expect(named(report)).toEqual(['takeText', 'print'])
    expect(named(update)).toEqual(
      expect.arrayContaining(['sharedIn', 'terms', 'wording', 'updates']),
    )
  },
)
