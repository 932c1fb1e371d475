/** @module Reads from a document which base model it was rendered with. */
import type { PersonalizerOptions } from '../index.ts'

/** Release of the base model that a page was rendered with. */
export type Rendered = Extract<PersonalizerOptions['baseModel'], object>['latest']

/** Returns undefined if the document doesn't name the release (`src/cli/publish/pageOptions.ts` writes the element). */
export function readLatestModel(document: Document): Rendered {
  const content = document.getElementById('nearside-options')?.textContent
  return content ? JSON.parse(content).latest : undefined
}
