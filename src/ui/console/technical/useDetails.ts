/** @module Hook that returns the texts of the technical details. */
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import { TECHNICAL_ENGLISH, type TechnicalKey } from '../../messages/technical.ts'
import { useWords } from '../Section.tsx'

export function useDetails(): Words<TechnicalKey> {
  const { details, locale } = useWords()
  return wordsIn({ ...TECHNICAL_ENGLISH, ...details }, locale)
}
