/** @module Decides from a product's title what its picture shows. */

import { orderedWords, PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'
import { factsOf } from '@nearside/storefront/titleFacts.ts'
import { letteringOf } from './lettering.ts'
import { chooseMaterial, type MaterialName } from './material.ts'
import { choosePalette, type Palette } from './palette.ts'
import { choosePattern, type PatternName } from './pattern.ts'
import { HAIRS, type Hair, SHAPES, type ShapeName } from './shapes.ts'
import words from './words.json' with { type: 'json' }

type Picture =
  | { readonly kind: 'shape'; readonly name: ShapeName }
  | { readonly kind: 'icon'; readonly name: string }

export interface Look {
  readonly picture: Picture
  readonly palette: Palette
  readonly pattern?: PatternName
  /** Icons printed on a drawn shape, or placed beside the product's icon; at most two. */
  readonly motifs: readonly string[]
  /** Material of a shape. */
  readonly material?: MaterialName
  /** Words on a shape, instead of motifs. */
  readonly words?: string
  /** Number of pieces, if more than one. */
  readonly pieces?: number
  readonly size?: 'small' | 'large'
  /** Size as in the title: `15cm`. */
  readonly measure?: string
  /** Whether the drawing hangs the product on a string or shows it in front of its box. */
  readonly setting?: 'hung' | 'boxed'
  readonly hair?: Hair
  /** Whether a word of the title determined the picture; false if only the category did. */
  readonly fromTitle: boolean
}

const PRODUCT = 2
const VAGUE = 1
const MOTIF = 1

/**
 * Phrases of a table in `words.json`: picture's name → words separated by `|`. Words in `shapes` (drawings) and `icons`
 * (emoji) name the product; the title's head word decides. Words in `vague` count only if the title has none of these.
 * Words in `leading` name the product if the title begins with them: "Wrap Red Vintage Doily". Words in `motifs` name
 * prints, or the product if the title has no other word for it.
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
const either = (name: string): Picture => (name in SHAPES ? shape(name) : icon(name))

const products = new PhraseIndex<Picture>([
  ...phrases(words.shapes, PRODUCT, shape),
  ...phrases(words.vague, VAGUE, either),
  ...phrases(words.icons, PRODUCT, icon),
])

const leading = new PhraseIndex<Picture>(phrases(words.leading, PRODUCT, shape))

const motifs = new PhraseIndex<string>(phrases(words.motifs, MOTIF, (name) => name))

/** Picture by category, for titles without a known word. */
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

/** Soft toys, which the picture shows as the animal or thing that they represent: a toy owl as an owl. */
const TOY = /\b(?:soft (?:\w+ )?toy|puppet|doll|knitted)\b/i
const TOYS: ReadonlySet<string> = new Set(
  `owl bird rooster chicken baby-chick duck rabbit-face mouse-face cow-face pig-face ewe frog elephant monkey-face
  giraffe zebra t-rex fox deer dog-face cat-face horse-face lion tiger panda ghost robot automobile`.split(
    /\s+/,
  ),
)

const TOY_PICTURES: ReadonlySet<string> = new Set(['teddy-bear', 'doll', 'dollboy'])

const DOLLS: ReadonlySet<string> = new Set(['doll', 'dollboy'])

/** Colour of a doll's hair, derived from the title, so that dolls in clothes of the same colour differ. */
function hairOf(title: string): Hair {
  const sum = Array.from(title).reduce((all, letter) => all + (letter.codePointAt(0) ?? 0), 0)
  return HAIRS[sum % HAIRS.length]
}

const CONTAINERS: ReadonlySet<string> = new Set(['basket', 'box', 'tin', 'scarf'])
const PIECES_FIRST = /^(?:\d+ |(?:set|pack|box) of \d+ )/i
const BEFORE_PREPOSITION = /^\S.*?(?= (?:in|with|on|for|from) )/i

/** The product that the title names. A container doesn't count if a motif precedes it: "Bunnies in a Bucket". */
function productOf(title: string) {
  const bare = title.replace(PIECES_FIRST, '')
  const first = leading.all(bare).find(({ at }) => at === 0)
  if (first) return { ...first, at: orderedWords(title).length - orderedWords(bare).length }
  const product = products.best(title)
  const before = BEFORE_PREPOSITION.exec(title)?.[0] ?? ''
  const isBehind = product && product.at >= orderedWords(before).length
  const holds = isBehind && CONTAINERS.has(product.value.name)
  return holds && motifs.best(before) ? undefined : product
}

/** Drawings that already show several pieces. */
const MANY: ReadonlySet<string> = new Set(
  `paperchain pencils chalks garland bunting lights napkins partycandles marbles drawers sticks earrings domino
  cakecase blocks party-popper matchbox peg gloves letters straws sticks stickers playingcards magnet`.split(
    /\s+/,
  ),
)

const SIZES: readonly (readonly [NonNullable<Look['size']>, RegExp])[] = [
  ['small', /\b(?:small|mini|miniature|tiny)\b/i],
  ['large', /\b(?:large|giant|big|tall|jumbo)\b/i],
]

/** Drawings that already show the product hanging. */
const HUNG: ReadonlySet<string> = new Set(
  'paperchain ornament hanging star disc sign lights garland bunting lantern curtain wreath bauble'.split(
    ' ',
  ),
)

function settingOf(title: string, { kind, name }: Picture): Look['setting'] {
  const hangs = /(?<!(?:with|&|stand) )\bhanging\b/i.test(title)
  if (kind === 'shape' && hangs && !HUNG.has(name)) return 'hung'
  return /\b(?:in (?:\w+ )?box|boxed)\b/i.test(title) ? 'boxed' : undefined
}

export function lookOf(title: string, category: string | undefined): Look {
  const product = productOf(title)
  const shown = motifs
    .all(title)
    // A word inside of the product's name is not a motif: "cake" in "cake stand".
    .filter(({ at }) => !product || at < product.at || at >= product.at + product.length)
    // A word inside a longer motif is not a motif: "cake" in "fairy cake".
    .filter(
      (one, _, all) =>
        !all.some(
          (other) =>
            other.length > one.length &&
            other.at <= one.at &&
            other.at + other.length >= one.at + one.length,
        ),
    )
    .sort((a, b) => b.score - a.score)
    .map(({ value }) => value)
    .filter((value, place, all) => all.indexOf(value) === place)
  const picture = product
    ? whole(product.value, shown[0], title)
    : icon(shown[0] ?? FALLBACK[category ?? ''] ?? 'wrapped-gift')
  const isShape = picture.kind === 'shape'
  const words = isShape ? letteringOf(title, picture.name) : undefined
  const printable = !isShape || SHAPES[picture.name].print[2] > 0
  const beside = shown.filter((name) => name !== picture.name).slice(0, isShape ? 2 : 1)
  const { pieces, sizes } = factsOf(title)
  return {
    picture,
    palette: choosePalette(title),
    pattern: choosePattern(title),
    motifs: printable && !words ? beside : [],
    material: isShape ? chooseMaterial(title) : undefined,
    words,
    pieces,
    size: SIZES.find(([, finder]) => finder.test(title))?.[0],
    measure: sizes[0],
    setting: settingOf(title, picture),
    hair: DOLLS.has(picture.name) ? hairOf(title) : undefined,
    fromTitle: product !== undefined || shown.length > 0,
  }
}

/**
 * Adapts a picture to the title. A soft toy is drawn as its animal; a tree is green unless the title names a colour. A
 * hanging decoration shows what hangs on its string: a heart, a star or the motif, else a disc.
 */
function whole(picture: Picture, motif: string | undefined, title: string): Picture {
  if (motif && TOYS.has(motif) && TOY.test(title) && TOY_PICTURES.has(picture.name))
    return icon(motif)
  if (picture.name === 'tree' && /^(?:christmas|green)/.test(choosePalette(title).name))
    return icon('christmas-tree')
  if (picture.name !== 'ornament') return picture
  if (/\bhearts?\b/i.test(title)) return shape('hanging')
  if (/\bstars?\b/i.test(title)) return shape('star')
  return motif === undefined ? shape('disc') : picture
}

/**
 * Whether the picture has to show the product several times, because the product is a set, but the drawing shows one
 * piece.
 */
export const isRepeated = ({ picture, pieces = 1 }: Look): boolean =>
  pieces > 1 && !MANY.has(picture.name)

/** File name, equal for equal looks, so that products that look alike share one file. */
export function fileName(look: Look): string {
  const { picture, palette, pattern, motifs, material, words, hair } = look
  const { pieces, size, measure, setting } = look
  const shown = picture.kind === 'icon' ? `emoji-${picture.name}` : picture.name
  const kind = [shown, palette.name, pattern, ...motifs, material, words, hair]
  const parts = [...kind, pieces, size, measure, setting]
  return `${parts
    .filter((part) => part !== undefined)
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')}.svg`
}
