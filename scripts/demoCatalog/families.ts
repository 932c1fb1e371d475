/**
 * @module Groups the demo's products into families, whose products differ only in colour, size or pattern. If a title
 * has words for the variant (`Alarm Clock Bakelite Green`), the family is the title without these words. If a title
 * names product and pattern (`Lunch Bag Spaceboy Design`), the family is the product's name, provided that enough
 * products of a similar price share that name.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { titleWords } from '@nearside/core/model/content.ts'

const VARIANTS: ReadonlySet<string> = new Set(
  `red blue green pink yellow white black brown orange purple ivory cream silver gold golden grey gray
  turquoise aqua lilac violet mauve amber ruby emerald sapphire copper bronze bordeaux burgundy navy teal
  olive beige natural clear antique pastel neon multi multicolour assorted colour coloured mixed
  small medium large big giant extra tall short long
  polka polkadot dot spot spotty spots retrospot stripe striped stripey stripy check checked gingham paisley
  floral flower flowers heart hearts star stars rose roses butterfly bird birds daisy skull skulls camouflage
  damask leopard zebra tartan plain patchwork
  design print pattern`.split(/\s+/),
)
const SIZE = /^\d+(cm|mm|ml|l|g|x\d+)?$/
const LEADS: ReadonlySet<string> = new Set([
  'set',
  'pack',
  'box',
  'pair',
  'of',
  'the',
  'a',
  'vintage',
])

const LEAST_NAMED = 4
const PRICE_RATIO = 1.5

const isKept = (word: string) => !VARIANTS.has(word) && !SIZE.test(word)

/** For each item, the id of the first item in its family; undefined if no other item is in the family. */
export function familiesOf(items: readonly Item[]): (string | undefined)[] {
  const words = items.map(({ title = '' }) => titleWords(title.replace(/['’]s\b/g, '')))
  const kept = words.map((own) => own.filter(isKept))
  const named = items.map((item, i) => {
    const name = words[i].slice(0, 2)
    const isName = name.length === 2 && name.every((word) => isKept(word) && !LEADS.has(word))
    return isName ? `${item.category}: ${name.join(' ')}` : null
  })
  const byName = new Map<string, Item[]>()
  named.forEach((name, i) => {
    if (name) byName.set(name, [...(byName.get(name) ?? []), items[i]])
  })
  const isLike = (a: Item, b: Item) =>
    Math.abs(Math.log((a.price ?? 1) / (b.price ?? 1))) <= Math.log(PRICE_RATIO)
  const keys = items.map((item, i) => {
    const name = named[i]
    const mates = name ? (byName.get(name) ?? []).filter((other) => isLike(item, other)) : []
    if (name && mates.length >= LEAST_NAMED) return name
    return kept[i].length >= 2 ? `${item.category}: ${[...kept[i]].sort().join(' ')}` : undefined
  })
  const members = new Map<string, string[]>()
  keys.forEach((key, i) => {
    if (key) members.set(key, [...(members.get(key) ?? []), items[i].id])
  })
  return keys.map((key) => {
    const ids = (key && members.get(key)) || []
    return ids.length > 1 ? ids[0] : undefined
  })
}
