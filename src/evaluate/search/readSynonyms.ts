/** @module Reads `synonyms.json` of a shop folder: the synonyms that the shop's pages give to the search. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import type { Synonyms } from '@nearside/core/search/synonyms.ts'
import { findFile } from '@nearside/train/shop/lines.ts'

/**
 * @param shop a shop folder; without the file, or with a catalog file, there are no synonyms
 * @throws NearsideError `input-invalid`
 */
export async function readSynonyms(shop: string): Promise<Synonyms> {
  const path = await findFile(join(shop, 'synonyms.json'))
  if (path === undefined) return []
  const list = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  if (!isSynonyms(list))
    throw new NearsideError(
      'input-invalid',
      `${path} is not a list of synonyms: write each as ["word", "other word"] or {"of": "phrase", "as": ["words"]}`,
    )
  return list
}

function isSynonyms(list: unknown): list is Synonyms {
  return (
    Array.isArray(list) &&
    list.every((one) => isTexts(one) || (typeof one?.of === 'string' && isTexts(one.as)))
  )
}

const isTexts = (list: unknown): boolean =>
  Array.isArray(list) && list.every((text) => typeof text === 'string')
