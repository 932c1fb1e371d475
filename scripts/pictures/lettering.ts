/** @module Finds in a title the words that are printed on the product, such as a sign or a doormat, and draws them. */

/** Sayings that can be printed on a product of any kind. */
const SAYINGS = new RegExp(
  [
    'keep calm(?: (?:&|and) (?:carry on|come in))?|home sweet home|welcome to our home|welcome',
    'i love london|new england|save the planet|full english|stop for tea|bicycle safety|best dad',
    'happy (?:birthday|easter)|merry christmas|thank you|best wishes|do not disturb|no smoking',
    'tea (?:&|and) sympathy|i am so poorly|please one person|love/hate|gin (?:&|and) tonic',
    'drink me|top secret|first aid|emergency|lads only|moody (?:girl|boy)|toxic area|hot baths',
    'back door|front door|garage|shed|rex cash & carry|respectable house|tonic|elixir|perfume',
    'sketchbook|time for tea|tea for one|mum in a million|kings? choice|empire tea|airmail',
  ].join('|'),
  'i',
)

/** Words in a sign's title that are not on the sign. */
const NOT_ON_SIGNS =
  /\b(?:metal|sign|door|wall|hanging|hanger|french|blue|red|printed|plaque|calendar|zinc box|wooden|letters?|block|building|word|single hook|decoration|personal|candle|charlie & lola|15c|slate|tile|natural|set of \d+)\b|[",]/gi

const LETTER = /\bletter "?([a-z])"?(?:\s|$)/i
const LONGEST = 28

/** @param shape name of the product's drawing, e.g. `sign` @returns the words printed on the product */
export function letteringOf(title: string, shape: string): string | undefined {
  if (shape === 'sign' || shape === 'blocks') {
    const words = title.replace(NOT_ON_SIGNS, ' ').replace(/\s+/g, ' ').trim()
    return words.length > 0 && words.length <= LONGEST ? words : undefined
  }
  return (LETTER.exec(title) ?? SAYINGS.exec(title))?.at(-1)
}

const LINE = 1.12
/** Width of a letter as a share of its height. Each line is stretched to this width, whatever the font. */
const LETTER_WIDTH = 0.62

/** Draws the words, broken into lines so that the letters are as large as possible. */
export function lettering(
  words: string,
  [x, y, width, height]: readonly [x: number, y: number, width: number, height: number],
  ink: string,
): string {
  const fits = breaks(words.toUpperCase().split(' ')).map((lines) => {
    const longest = Math.max(...lines.map((line) => line.length))
    return {
      lines,
      size: Math.min(width / (longest * LETTER_WIDTH), height / (lines.length * LINE), 9),
    }
  })
  const { lines, size } = fits.reduce((best, fit) => (fit.size > best.size ? fit : best))
  const top = y - ((lines.length - 1) / 2) * size * LINE + size * 0.36
  const spans = lines.map((line, place) => {
    const stretch = round(line.length * size * LETTER_WIDTH)
    return `<text x="${x}" y="${round(top + place * size * LINE)}" textLength="${stretch}" lengthAdjust="spacingAndGlyphs">${escaped(line)}</text>`
  })
  return `<g fill="${ink}" font-family="Georgia,serif" font-weight="700" font-size="${round(size)}" text-anchor="middle">${spans.join('')}</g>`
}

/** Every way to break words into at most four lines. */
function breaks(words: readonly string[], most = 4): string[][] {
  if (most === 1 || words.length === 1) return [[words.join(' ')]]
  return words.flatMap((_, place) => {
    const line = words.slice(0, place + 1).join(' ')
    const rest = words.slice(place + 1)
    return rest.length === 0 ? [[line]] : breaks(rest, most - 1).map((lines) => [line, ...lines])
  })
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '’')

const round = (value: number) => Math.round(value * 100) / 100
