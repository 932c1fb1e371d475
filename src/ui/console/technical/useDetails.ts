/** @module Hook for the labels of the technical details, which load together with them. */
import { useWords } from '../Section.tsx'
import { TECHNICAL_ENGLISH, type TechnicalLabels } from './words.ts'

export function useDetails(): TechnicalLabels {
  return { ...TECHNICAL_ENGLISH, ...useWords().words.details }
}
