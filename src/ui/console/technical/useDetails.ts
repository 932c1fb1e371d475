/** @module Texts of the technical details, which load with the details. */
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import technical from '../../messages/technical.en.json' with { type: 'json' }
import { useWords } from '../Section.tsx'

/** A copy, because the published declarations can't import a JSON file. */
export const TECHNICAL_ENGLISH = { ...technical }

type TechnicalKey = keyof typeof TECHNICAL_ENGLISH

export function useDetails(): Words<TechnicalKey> {
  const { details, locale } = useWords()
  return wordsIn({ ...TECHNICAL_ENGLISH, ...details }, locale)
}
