/** @module Texts of the technical details, which load with the details. */
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import technical from '../../messages/technical.en.json' with { type: 'json' }
import { useWords } from '../Section.tsx'

export type TechnicalKey = keyof typeof technical

export function useDetails(): Words<TechnicalKey> {
  const { details, locale } = useWords()
  return wordsIn({ ...technical, ...details }, locale)
}
