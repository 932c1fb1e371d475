/** @module Finds facts in a product's title: number of pieces, sizes, materials, colours. */

const COLOURS = {
  red: 'red|ruby|scarlet',
  pink: 'pink|fuchsia',
  orange: 'orange|peach',
  yellow: 'yellow',
  green: 'green|lime|jade|olive|emerald',
  turquoise: 'turquoise|teal|aqua',
  blue: 'blue|navy',
  purple: 'purple|lilac|violet|amethyst',
  brown: 'brown',
  black: 'black',
  grey: 'grey',
  white: 'white',
  ivory: 'ivory|(?<!ice |hand )cream',
  silver: 'silver',
  gold: 'gold|golden',
  bronze: 'bronze|copper',
  mixed: 'multicolour|multicoloured|assorted colours?|multi ?colour|colourful',
} as const

const MATERIALS = {
  wood: 'wood|wooden',
  bamboo: 'bamboo',
  wicker: 'wicker|rattan',
  metal: 'metal|aluminium|iron(?! on)|wire',
  zinc: 'zinc(?! finish)',
  enamel: 'enamel',
  glass: 'glass',
  ceramic: 'ceramic',
  porcelain: 'porcelain|bone china',
  slate: 'slate',
  felt: 'felt|feltcraft',
  wool: 'wool',
  cotton: 'cotton',
  silk: 'silk',
  leather: 'leather',
  paper: 'paper',
  plastic: 'plastic',
  acrylic: 'acrylic',
  polyester: 'polyester',
} as const

type ColourName = keyof typeof COLOURS
type MaterialName = keyof typeof MATERIALS

interface TitleFacts {
  /** Number of pieces in a set, at least 2. */
  readonly pieces: number | undefined
  /** Sizes as written: `40x40cm`, `250g`, `A7`. */
  readonly sizes: readonly string[]
  readonly colours: readonly ColourName[]
  readonly materials: readonly MaterialName[]
}

const NUMBERS: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, six: 6 }
const OF = /\b(?:set|pack|box|bundle|crate|string) of ?(\d+|two|three|four|six)\b/i
const PIECES = /\b(\d+) ?(?:pc|piece|pieces)\b/i
/**
 * Matches a title's leading number of pieces. A number before one of the excluded words counts parts of a single
 * piece.
 */
const LEADING =
  /^(\d+) (?!tier|hook|wick|strand|colour |egg house|hearts hang|birds canvas|black cats|daisies)/i
const SIZE =
  /\b\d+(?:\.\d+)?(?:cm)?(?: ?x ?\d+(?:cm)?)* ?(?:cm|mm|ml|kg|g|"(?=\s|$))(?!\w)|\bA[3-7](?= size)/gi

/** After these words, a title names a part or the packing: "Jar with Pink Lid", "Skittles in Cotton Bag". */
export const BESIDES = / (?:in|with|for) .*$/i

const finders = <Name extends string>(table: Readonly<Record<Name, string>>) =>
  (Object.entries(table) as [Name, string][]).map(
    ([name, words]) => [name, new RegExp(`\\b(?:${words})\\b`, 'i')] as const,
  )
const COLOUR_FINDERS = finders(COLOURS)
const MATERIAL_FINDERS = finders(MATERIALS)

/** Names that occur in a title, in the order of its words. */
function named<Name>(title: string, among: readonly (readonly [Name, RegExp])[]): readonly Name[] {
  return among
    .map(([name, finder]) => ({ name, at: title.search(finder) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name)
}

export function factsOf(title: string): TitleFacts {
  const count = (OF.exec(title) ?? PIECES.exec(title) ?? LEADING.exec(title))?.[1].toLowerCase()
  const pieces = count === undefined ? 0 : (NUMBERS[count] ?? Number(count))
  return {
    pieces: pieces > 1 ? pieces : undefined,
    sizes: title.match(SIZE) ?? [],
    colours: named(title, COLOUR_FINDERS),
    materials: named(title.replace(BESIDES, ''), MATERIAL_FINDERS),
  }
}
