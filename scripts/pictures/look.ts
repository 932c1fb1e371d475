/** @module What a product's picture shows, decided by its title alone. */
import { PhraseIndex, toPhrase } from '../demoCatalog/headPhrase.ts'
import { choosePalette, type Palette } from './palette.ts'
import { choosePattern, type PatternName } from './pattern.ts'
import { SHAPES, type ShapeName } from './shapes.ts'
import words from './words.json' with { type: 'json' }

export type Picture =
  | { readonly kind: 'shape'; readonly name: ShapeName }
  | { readonly kind: 'icon'; readonly name: string }

export interface Look {
  readonly picture: Picture
  readonly palette: Palette
  readonly pattern?: PatternName
  /** Icon printed on a shape, or set beside an icon. */
  readonly motif?: string
  /** False where only the category decided. */
  readonly fromTitle: boolean
}

const PRODUCT = 2
const VAGUE = 1
const MOTIF = 1

/**
 * The tables of `words.json`, by name of a picture, words separated by bars; the word that heads the
 * title wins. `shapes` and `icons` say what the product is, drawn or from the emoji set; `vague`
 * names it only where no other word does; `motifs` are what it shows, and the product itself where
 * the title names no other.
 */
function phrases<T>(
  table: Readonly<Record<string, string>>,
  strength: number,
  meaning: (name: string) => T,
) {
  return Object.entries(table).flatMap(([name, bars]) =>
    bars.split('|').map((word) => toPhrase(word, meaning(name), strength)),
  )
}

const shape = (name: string): Picture => ({ kind: 'shape', name: name as ShapeName })
const icon = (name: string): Picture => ({ kind: 'icon', name })

const products = new PhraseIndex<Picture>([
  ...phrases(words.shapes, PRODUCT, shape),
  ...phrases(words.vague, VAGUE, shape),
  ...phrases(words.icons, PRODUCT, icon),
])

const motifs = new PhraseIndex<string>(phrases(words.motifs, MOTIF, (name) => name))

/** By category, for titles that name nothing the tables know. */
const FALLBACK: Readonly<Record<string, string>> = {
  Christmas: 'christmas-tree',
  'Easter & Spring': 'hatching-chick',
  'Candles & Fragrance': 'candle',
  'Lamps & Lights': 'light-bulb',
  'Baking & Cake Stands': 'shortcake',
  'Tea, Coffee & Mugs': 'hot-beverage',
  'Kitchen & Dining': 'fork-and-knife-with-plate',
  'Storage & Organisers': 'package',
  'Bags & Lunch Boxes': 'shopping-bags',
  'Travel & Umbrellas': 'luggage',
  'Jewellery & Accessories': 'gem-stone',
  'Toys & Children': 'teddy-bear',
  'Stationery & Pens': 'pencil',
  'Cards & Gift Wrap': 'wrapped-gift',
  'Party & Celebration': 'party-popper',
  'Garden & Picnic': 'potted-plant',
  'Cushions & Furniture': 'couch-and-lamp',
  'Hot Water Bottles & Warmers': 'hot-springs',
  'Bath & Wellbeing': 'bathtub',
  'Signs & Wall Art': 'framed-picture',
  'Frames, Clocks & Mirrors': 'framed-picture',
  'Hooks, Knobs & Doormats': 'door',
  'Ornaments & Flowers': 'bouquet',
  'Craft & Sewing': 'thread',
}

export function lookOf(title: string, category: string | undefined): Look {
  const palette = choosePalette(title)
  const pattern = choosePattern(title)
  const product = products.best(title)
  const shown = motifs
    .all(title)
    // A word that is part of the product's own name is no motif: "cake" of "cake stand".
    .filter(({ at }) => !product || at < product.at || at >= product.at + product.length)
    .sort((a, b) => b.score - a.score)[0]?.value
  if (product) {
    const printable = product.value.kind === 'icon' || SHAPES[product.value.name].print[2] > 0
    const motif = printable && shown !== product.value.name ? shown : undefined
    return { picture: product.value, palette, pattern, motif, fromTitle: true }
  }
  if (shown) return { picture: { kind: 'icon', name: shown }, palette, pattern, fromTitle: true }
  const name = FALLBACK[category ?? ''] ?? 'wrapped-gift'
  return { picture: { kind: 'icon', name }, palette, pattern, fromTitle: false }
}

/** The same for the same look: one file serves all products that look alike. */
export function fileName({ picture, palette, pattern, motif }: Look): string {
  return `${[picture.name, palette.name, pattern, motif].filter(Boolean).join('-')}.svg`
}
