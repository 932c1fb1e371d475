/** @module Chooses the colours of a picture from the words of a title. */

import { orderedWords, PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'

export interface Palette {
  readonly name: string
  /** Background, top and bottom. */
  readonly paper: readonly [string, string]
  /** Colours of the product itself, its shaded parts, and its print. */
  readonly main: string
  readonly dark: string
  readonly print: string
}

const PALETTES: readonly Palette[] = (
  [
    ['red', '#fdeceb', '#f6cfcc', '#d8343c', '#a3242f', '#ffffff'],
    ['pink', '#fdf0f5', '#f7d3e1', '#ee7fa9', '#c5517f', '#fff4f8'],
    ['blue', '#eaf2fb', '#c9ddf2', '#4a86c8', '#2d5f9c', '#f2f8ff'],
    ['green', '#edf6ea', '#cfe6c9', '#67a960', '#41793f', '#f6fbf1'],
    ['ivory', '#f7f1e2', '#dfcfae', '#f6ecd2', '#b3965c', '#c19a58'],
    ['white', '#e6edee', '#bccbd0', '#ffffff', '#a9b8bd', '#8fa9b8'],
    ['black', '#efeff2', '#cfd0d8', '#43434d', '#24242c', '#f1f1f5'],
    ['silver', '#f0f3f5', '#d3dbe1', '#aebac4', '#7b8b98', '#f7fafc'],
    ['gold', '#fdf6e2', '#f2dfa6', '#dcae35', '#a67c17', '#fff6da'],
    ['yellow', '#fffae3', '#fbe8a6', '#f6cd45', '#c69919', '#ffffff'],
    ['orange', '#fff1e3', '#fbd5ad', '#ef8f42', '#bd631d', '#fff4e8'],
    ['purple', '#f4eefb', '#dccdf0', '#9370c9', '#684899', '#f7f1ff'],
    ['turquoise', '#e6f6f4', '#c0e5df', '#45b1a4', '#257f76', '#effcfa'],
    ['brown', '#f5eee8', '#e0cfc0', '#8f6144', '#61402a', '#f8ece0'],
    ['vintage', '#f6efe0', '#e5d6b8', '#bf8473', '#8c5b4c', '#fbf2df'],
    ['christmas', '#edf4ee', '#c9dfce', '#c4323b', '#8d2029', '#fff7ea'],
  ] as const
).map(([name, top, bottom, main, dark, print]) => ({
  name,
  paper: [top, bottom],
  main,
  dark,
  print,
}))

/** Rank of words for colours; words that only suggest a colour (themes) rank lower. */
const COLOUR = 2
const THEME = 1

const WORDS: Readonly<Record<string, readonly [colours: string, themes: string]>> = {
  red: [
    'red|ruby|scarlet|burgundy',
    'retrospot|strawberry|cherry|babushka|poppy|love|tomato|ladybird|mushroom',
  ],
  pink: [
    'pink|fuchsia',
    'rose|dolly girl|fairy|princess|lola|cake|ballerina|girl|suki|sweetheart|cupcake',
  ],
  blue: [
    'blue|sky|navy|denim',
    'spaceboy|union jack|union flag|cowboy|boy|london|sailor|seaside|space',
  ],
  green: [
    'green|lime|jade|olive|emerald|peridot',
    'apple|pear|garden|fern|leaf|dinosaur|regency|frog|herb|jardin',
  ],
  ivory: ['ivory|cream|beige|natural', 'vanilla|wicker|wooden|wood|hessian|bamboo|daisy'],
  white: ['white|antique white|clear|crystal', 'lace|doily|lily|dairy maid|glass|porcelain|milk'],
  black: ['black', 'skull|baroque|halloween|ninja|chalkboard|blackboard|slate'],
  silver: ['silver|grey|zinc', 'metal|tin|enamel|wire|diamante|aluminium|pewter|mirror|kitchen'],
  gold: ['gold|golden|amber', 'brass|star'],
  yellow: ['yellow', 'sunflower|chick|lemon|honey|bee|egg'],
  orange: ['orange|peach|apricot', 'circus|pumpkin|toffee|fox|marmalade'],
  purple: ['purple|lilac|violet|lavender|amethyst', 'grape|hyacinth|magic'],
  turquoise: [
    'turquoise|teal|mint|aqua|eau de nile|eau de nil|montana',
    'ocean|pistachio|tropical|mermaid',
  ],
  brown: ['brown|chocolate|copper|bronze', 'woodland|owl|coffee|rustic|hedgehog|leather'],
  vintage: [
    '',
    'antique|vintage|victorian|edwardian|paisley|parisienne|nostalgia|billboard|traditional',
  ],
  christmas: ['christmas', 'santa|snowman|reindeer|noel|holly|advent|stocking|xmas|nativity'],
}

const index = new PhraseIndex(
  PALETTES.flatMap((palette) => {
    const [colours, themes] = WORDS[palette.name]
    return [
      ...colours
        .split('|')
        .filter(Boolean)
        .map((word) => toPhrase(word, palette, COLOUR)),
      ...themes.split('|').map((word) => toPhrase(word, palette, THEME)),
    ]
  }),
)

/** Palettes for titles without a colour; a hash of the title chooses one. */
const NEUTRAL = [
  'blue',
  'pink',
  'green',
  'turquoise',
  'vintage',
  'yellow',
  'purple',
  'orange',
  'red',
]

/** A colour before one of these words belongs to the print, not to the product. */
const PRINTS = /^(?:spot|spots|stripe|stripes|polka)$/

/**
 * Chooses by the title's first colour word, or else by its first theme, or else by a hash of the title. A second colour
 * becomes the colour of print and paper. A colour before a print word is the second one: `Blue Spot White` is white
 * with blue spots.
 */
export function choosePalette(title: string): Palette {
  const matches = index
    .all(title)
    .sort((a, b) => b.rank - a.rank || a.at - b.at || b.length - a.length)
  const [first, second] = matches.filter(
    ({ value, rank }, place) =>
      (place === 0 || rank === COLOUR) &&
      matches.findIndex((other) => other.value === value) === place,
  )
  if (!first) return withAssorted(title, pick(title))
  if (!second) return withAssorted(title, first.value)
  const isPrint = PRINTS.test(orderedWords(title)[first.at + first.length] ?? '')
  return isPrint ? mixed(second.value, first.value) : mixed(first.value, second.value)
}

function mixed(main: Palette, other: Palette): Palette {
  return {
    ...main,
    name: `${main.name}-${other.name}`,
    paper: [other.paper[0], other.paper[1]],
    print: other.main,
  }
}

/** Changes the paper to a gradient of colours if the title says "assorted", "multicolour" or the like. */
function withAssorted(title: string, palette: Palette): Palette {
  if (!/\b(?:assorted|multi|multicolou?red?|colourful|colou?rs)\b/i.test(title)) return palette
  return { ...palette, name: `${palette.name}-many`, paper: ['#ffeadb', '#d5dcf7'] }
}

function pick(title: string): Palette {
  const letters = orderedWords(title).sort().join('')
  let sum = 7
  for (let i = 0; i < letters.length; i++) sum = (sum * 31 + letters.charCodeAt(i)) % 65_521
  return PALETTES.find(({ name }) => name === NEUTRAL[sum % NEUTRAL.length])!
}
