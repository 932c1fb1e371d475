/** @module Reads exclusions from a query, in English and German: "not pink", "without hearts", "ohne Blumen". */

const NOT = /(?<!\p{L})(?:but )?(?:not|without|except(?: for)?|but no|ohne|nicht|keine?n?) /iu
const WORD = /^((?:any |the |in )*)([\p{L}\p{N}'’]+)((?: or | and | oder | und |, ?)(?=\p{L}))?/iu

/**
 * @param isName whether some title in the shop has the second word right after the first. If so, "not" is part of a
 * name: "forget me not mug" excludes nothing
 * @returns the query without the exclusion, and the excluded words
 */
export function takeExclusion(
  query: string,
  isName: (first: string, second: string) => boolean,
): { readonly rest: string; readonly without: readonly string[] } {
  const found = NOT.exec(query)
  if (!found) return { rest: query, without: [] }
  const without: string[] = []
  let after = query.slice(found.index + found[0].length)
  let next = WORD.exec(after)
  if (!next || isName(found[0].trim().toLowerCase(), next[2])) return { rest: query, without: [] }
  while (next) {
    without.push(next[2])
    after = after.slice(next[0].length)
    next = next[3] ? WORD.exec(after) : null
  }
  return { rest: `${query.slice(0, found.index)} ${after}`, without }
}
