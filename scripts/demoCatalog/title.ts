/** @module Makes readable titles from those of a stock system, which are abbreviated and in capitals. */

/** Lower-case word as written in the log → its spelling in titles, e.g. `candl` → `Candle`. */
export type WordRules = ReadonlyMap<string, string>

const ACRONYMS: ReadonlySet<string> = new Set(
  'UK USA EU LED TV CD DVD USB DIY UFO VIP WC ABC NYC II III IV XL XXL HB BBQ ID'.split(' '),
)
const SMALL: ReadonlySet<string> = new Set(
  'a an and at by de du en for from in of on or the to with'.split(' '),
)

/**
 * Converts to title case, with small words in lower case. `SET/3`, `S/3` and `SET 3` become "Set of 3", `PACK/12`
 * "Pack of 12", `W/` "with"; units, acronyms and `T-Light` keep their form. A title that is not mostly
 * capitals keeps its own case. `words` may replace a word by any text.
 */
export function readableTitle(raw: string, words: WordRules = new Map()): string {
  const text = spell(punctuate(raw), words)
  const letters = text.replace(/[^\p{L}]/gu, '')
  const isShouted = letters.replace(/\p{Ll}/gu, '').length > letters.length / 2
  const cased = isShouted ? recase(text, words) : text
  return cased.charAt(0).toUpperCase() + cased.slice(1)
}

function punctuate(raw: string): string {
  return raw
    .replace(/\bS(?:ET)?\s?\/\s?(\d+)\b/gi, 'SET OF $1')
    .replace(/\bSET (\d+)\b(?!["'])/gi, 'SET OF $1')
    .replace(/\bPACK[ /](\d+)\b/gi, 'PACK OF $1')
    .replace(/\bW\/\s?/gi, 'WITH ')
    .replace(/(?<=\s)W(?=\s)/gi, 'WITH')
    .replace(/(?<=\p{L})\s*\+\s*(?=\p{L})/gu, ' & ')
    .replace(/\s*,\s*(?=\S)/g, ', ')
    .replace(/(?<=\p{L}{2})\.(?=\p{L}|\d)/gu, '. ')
    .replace(/(\d")(?=\p{L})/gu, '$1 ')
    .replace(/\(/g, ' (')
    .replace(/[\s.,]+$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Replaces words according to the rules. Words in capitals stay in capitals, as `recase` expects. */
function spell(text: string, words: WordRules): string {
  return text.replace(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu, (word) => {
    const rule = words.get(word.toLowerCase())
    if (rule === undefined) return word
    return word === word.toUpperCase() ? rule.toUpperCase() : rule
  })
}

function recase(text: string, words: WordRules): string {
  const cased = text.replace(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu, (word, at: number) => {
    const upper = word.toUpperCase()
    const lower = word.toLowerCase()
    const after = text[at + word.length] ?? ''
    const before = text[at - 1] ?? ''
    if (/\d/.test(word)) return recaseNumber(lower)
    if (ACRONYMS.has(upper)) return upper
    if (upper.length === 1) return upper === 'A' && before === ' ' && after === ' ' ? 'a' : upper
    if (SMALL.has(lower) && at > 0 && after !== '-' && before !== '-') return lower
    return upper.charAt(0) + lower.slice(1)
  })
  return restoreForms(cased, words)
}

/** Restores the case of a word with a number: `3d` → `3D`; letters after a number stay lower (`120cm`, `50's`). */
function recaseNumber(lower: string): string {
  if (/^\d+d$/.test(lower)) return lower.toUpperCase()
  if (/^[a-z]/.test(lower)) return lower.charAt(0).toUpperCase() + lower.slice(1)
  return lower
}

/** Restores capitals within a rule's spelling, e.g. in `AC Milan`. */
function restoreForms(text: string, words: WordRules): string {
  let result = text
  for (const form of words.values()) {
    if (!/\p{L}\p{Lu}/u.test(form)) continue
    result = result.replaceAll(
      new RegExp(`\\b${form.replace(/[^\p{L}\p{N} ]/gu, '\\$&')}\\b`, 'giu'),
      form,
    )
  }
  return result
}
