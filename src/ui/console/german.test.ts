import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { leftInEnglish } from '../../testWords.ts'
import { CONSOLE_GERMAN } from './german.ts'
import { TECHNICAL_ENGLISH } from './technical/words.ts'
import { CONSOLE_ENGLISH } from './words.ts'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

test('no string of the console’s German set is left in English', () => {
  const { details, ...own } = CONSOLE_GERMAN
  expect(leftInEnglish(CONSOLE_ENGLISH, own, read('german.ts'))).toEqual([])
  // Names are called that in both.
  expect(leftInEnglish(TECHNICAL_ENGLISH, details, read('technical/german.ts'))).toEqual([
    'engines.webgpu',
    'engines.wasm',
    'name',
    'version',
    'hash',
  ])
})
