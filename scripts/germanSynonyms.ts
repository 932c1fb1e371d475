/**
 * @module Writes `data/online-retail/synonyms.de.json` from the hand-written `german.txt` beside it:
 * `tsx scripts/germanSynonyms.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { foldWord } from '@nearside/core/catalog/words.ts'

const folder = new URL('../data/online-retail/', import.meta.url)
const ENDINGS = ['', 'e', 'er', 'es', 'en', 'em']
/** Spellings for keyboards without German letters. */
const PLAIN = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' } as const

/** Synonyms from the text of `german.txt`, longest phrases first, so that a phrase applies before any word in it. */
export function germanSynonyms(list: string): string {
  const rewordings = list.split('\n').flatMap((line) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [of, as] = line.split(' =')
    if (as === undefined) throw new Error(`no "=" in: ${line}`)
    const forms = of.split(',').flatMap((form) => spellings(form.trim()))
    const folded = (text: string) => text.split(' ').map(foldWord).join(' ')
    return { of: [...new Map(forms.map((form) => [folded(form), form])).values()], as }
  })
  const known = new Set<string>()
  const lines = rewordings
    .sort((a, b) => phraseLength(b) - phraseLength(a))
    .map(({ of, as }) => {
      const news = of.filter((form) => !known.has(form) && known.add(form))
      if (news.length === 0) throw new Error(`listed before: ${of}`)
      return JSON.stringify({ of: news, as: as.split('|').map((text) => text.trim()) })
    })
  return `[\n${lines.join(',\n')}\n]\n`
}

const phraseLength = ({ of }: { readonly of: readonly string[] }): number => of[0].split(' ').length

function spellings(form: string): string[] {
  if (form.endsWith('*')) return ENDINGS.flatMap((ending) => spellings(form.slice(0, -1) + ending))
  const plain = form.replace(/[äöüß]/g, (letter) => PLAIN[letter as keyof typeof PLAIN])
  return plain === form ? [form] : [form, plain]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = germanSynonyms(await readFile(new URL('german.txt', folder), 'utf8'))
  await writeFile(new URL('synonyms.de.json', folder), made)
}
