import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { leftInEnglish } from '../testWords.ts'
import { GERMAN } from './german.ts'
import { ENGLISH } from './labels.ts'

const source = readFileSync(new URL('german.ts', import.meta.url), 'utf8')

test('no string of the German set is left in English', () => {
  expect(leftInEnglish(ENGLISH, GERMAN, source)).toEqual([])
})

test('one that is left is found: a string, a function, and what a function looks up', () => {
  const { storedNothing, because } = ENGLISH
  expect(leftInEnglish(ENGLISH, { ...GERMAN, storedNothing, because }, source)).toEqual([
    'because',
    'storedNothing',
  ])
  expect(
    leftInEnglish(ENGLISH, GERMAN, `${source}\nconst X = { a: 'put it in your basket' }`),
  ).toEqual(['put it in your basket'])
})

test('plurals, and what is put into a sentence', () => {
  expect(GERMAN.higher(1)).toBe('1 Platz höher als für alle')
  expect(GERMAN.higher(1234)).toBe('1.234 Plätze höher als für alle')
  expect(GERMAN.because('Cake tin', 'wished')).toBe(
    'Weil Sie Cake tin auf die Wunschliste gesetzt haben',
  )
  expect(GERMAN.learnedFrom(1)).toBe('Aus 1 Aktion gelernt')
  expect(GERMAN.sharedIn(2, null)).toBe(' in 2 Beiträgen')
  expect(GERMAN.forgetGoes('Kitchen', { view_item: 2, purchase: 1 }, 2)).toBe(
    'Wird Kitchen vergessen, so wird gelöscht: 2 Ansichten und 1 Kauf. Ein Kauf wird als Ganzes gelöscht, mit 2 anderen Artikeln.',
  )
  expect(GERMAN.forgetGoes('Kitchen', {}, 0)).toBe('Zu Kitchen ist nichts gespeichert.')
  expect(GERMAN.trouble('consent-missing')).toBe('Nicht zugestimmt: Nichts wird geteilt.')
  expect(GERMAN.trouble('storage-full')).toBe('Nicht alles konnte gespeichert werden.')
})
