/** @module Base model that the shop's documents were rendered with, as the documents state it. */
import type { PersonalizerOptions } from '../index.ts'

/** Undefined where the document doesn't state it (`src/cli/publish/pageOptions.ts` writes the element). */
export function readLatestModel(document: Document): PersonalizerOptions['latest'] {
  const content = document.getElementById('nearside-options')?.textContent
  return content ? JSON.parse(content).latest : undefined
}
