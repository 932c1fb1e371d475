import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { leftInEnglish } from '../testWords.ts'
import { SEARCH_GERMAN } from './german.ts'
import { SEARCH_ENGLISH } from './labels.ts'

test('no string of search box and choices is left in English', () => {
  const source = readFileSync(new URL('german.ts', import.meta.url), 'utf8')
  expect(leftInEnglish(SEARCH_ENGLISH, SEARCH_GERMAN, source)).toEqual([])
})
