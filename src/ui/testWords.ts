/** @module Finds words of a language's set that are not translated. For tests. */

const ENGLISH = /\b(the|and|your|you|of|with|is|are|this|nothing|from|has|been|for|to|by|on|it)\b/i
const LITERAL = /'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`/g

const literals = (source: string) =>
  Array.from(source.matchAll(LITERAL), ([, plain, template]) => plain ?? template)

/** Words of every string and function, keyed by its path in the set. */
export function wordsOf(set: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(set).flatMap(([name, value]) => {
      const at = path ? `${path}.${name}` : name
      if (typeof value === 'object') return [...wordsOf(value, at)]
      return [[at, typeof value === 'function' ? literals(String(value)).join('|') : value]]
    }),
  )
}

/**
 * @param source text of the file that holds the set
 * @returns paths whose words equal the English ones, and texts that contain an English word
 */
export function leftInEnglish(english: object, set: object, source: string): string[] {
  const before = wordsOf(english)
  const same = [...wordsOf(set)].filter(
    ([path, words]) => /\p{L}{2}/u.test(words) && before.get(path) === words,
  )
  const code = source.replace(/^(import|export) .* from .*$|\/\*[\s\S]*?\*\//gm, '')
  return [
    ...same.map(([path]) => path),
    ...literals(code).filter((words) => ENGLISH.test(words.replace(/\$\{[^}]*\}/g, ''))),
  ]
}
