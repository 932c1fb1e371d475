/** @module Which base model the shop's documents were rendered with, as they tell the script. */
import type { PersonalizerOptions } from '../index.ts'

type LatestModel = PersonalizerOptions['latest']

/** Name of the document's element that says it. */
const NAME = 'latest-model'

export const latestModelTag = (latest: LatestModel): string =>
  `<meta name="${NAME}" content="${JSON.stringify(latest).replaceAll('"', '&quot;')}">`

/** Undefined where the document doesn't say. */
export function readLatestModel(document: Document): LatestModel {
  const content = document.querySelector(`meta[name="${NAME}"]`)?.getAttribute('content')
  return content ? JSON.parse(content) : undefined
}
