/** @module A look as an SVG of 400 × 400: soft paper, a shadow, the product, its print. */
import type { Look } from './look.ts'
import type { Palette } from './palette.ts'
import { patternElement } from './pattern.ts'
import { SHAPES, type Shape } from './shapes.ts'

/** Icon name → the inside of its 32 × 32 SVG. */
export type IconSet = ReadonlyMap<string, string>

/** Flags are not in the set. */
const OWN_ICONS: IconSet = new Map([
  [
    'union-jack',
    '<path fill="#2b4c96" d="M1 7h30v18H1z"/><path stroke="#fff" stroke-width="3.6" d="M1 7l30 18M31 7L1 25"/><path stroke="#d8343c" stroke-width="1.3" d="M1 7l30 18M31 7L1 25"/><path stroke="#fff" stroke-width="6" d="M16 7v18M1 16h30"/><path stroke="#d8343c" stroke-width="3.4" d="M16 7v18M1 16h30"/>',
  ],
])

/** The product's side in the picture, and its place. */
const SIZE = 256
const LEFT = 72
const TOP = 66

/** A picture heavier than this goes without its motif. */
const MAX_BYTES = 8000

const IVORY = '#fffaf0'

/**
 * One line for each of the parts that other pictures have too, so that a pack holds each part once.
 * @throws Error when the icon set lacks the icon that a look asks for: a fault of the tables
 */
export function draw(look: Look, icons: IconSet): string {
  const { palette, pattern, picture, motif } = look
  const isShape = picture.kind === 'shape'
  const ink = isShape ? palette.print : palette.main
  const printed = pattern && !(isShape && motif && pattern !== 'spots' && pattern !== 'stripes')
  const defs = [
    `<linearGradient id="a" x2="0" y2="1"><stop stop-color="${palette.paper[0]}"/><stop offset="1" stop-color="${palette.paper[1]}"/></linearGradient>`,
    '<radialGradient id="s"><stop stop-color="#3a2b20" stop-opacity=".3"/><stop offset="1" stop-color="#3a2b20" stop-opacity="0"/></radialGradient>',
    ...(isShape
      ? []
      : [
          '<radialGradient id="g"><stop offset=".55" stop-color="#fff" stop-opacity=".8"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>',
        ]),
    ...(printed ? [patternElement(pattern, 'p', ink, isShape ? 6 : 44)] : []),
  ]
  const background = [
    '<path fill="url(#a)" d="M0 0h400v400H0z"/>',
    ...(printed && !isShape
      ? ['<path fill="url(#p)" fill-opacity=".22" d="M0 0h400v400H0z"/>']
      : []),
    ...(isShape ? [] : ['<circle cx="200" cy="196" r="180" fill="url(#g)"/>']),
    '<ellipse cx="200" cy="322" rx="124" ry="18" fill="url(#s)"/>',
  ]
  const product = isShape
    ? drawShape(
        SHAPES[picture.name],
        palette,
        printed ? 'p' : undefined,
        motif && icon(motif, icons, 'm'),
      )
    : [
        icon(picture.name, icons, 'i'),
        ...(motif
          ? ['<g transform="translate(20.5 19.5) scale(.42)">', icon(motif, icons, 'm'), '</g>']
          : []),
      ]
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">',
    '<defs>',
    ...defs,
    '</defs>',
    ...background,
    `<g transform="translate(${LEFT} ${TOP}) scale(${SIZE / 32})">`,
    ...product.filter((part) => part !== ''),
    '</g>',
    '</svg>\n',
  ].join('\n')
  return motif && svg.length > MAX_BYTES ? draw({ ...look, motif: undefined }, icons) : svg
}

function drawShape(
  { body, under = '', over = '', print }: Shape,
  palette: Palette,
  pattern: string | undefined,
  motif: string | undefined,
): readonly string[] {
  const [x, y, size] = print
  const place = `translate(${round(x - size / 2)} ${round(y - size / 2)}) scale(${round(size / 32)})`
  return [
    tint(under, palette),
    `<path fill="${palette.main}" d="${body}"/>`,
    pattern ? `<path fill="url(#${pattern})" fill-opacity=".85" d="${body}"/>` : '',
    tint(over, palette),
    motif && pattern
      ? `<circle cx="${x}" cy="${y}" r="${round(size * 0.62)}" fill="${palette.main}"/>`
      : '',
    ...(motif && size > 0 ? [`<g transform="${place}">`, motif, '</g>'] : []),
  ]
}

/** The letters that stand for the palette's colours in `shapes.ts`. */
function tint(markup: string, palette: Palette): string {
  const colours: Readonly<Record<string, string>> = {
    M: palette.main,
    D: palette.dark,
    P: palette.print,
    I: IVORY,
  }
  return markup.replace(/"([MDPI])"/g, (_, letter: string) => `"${colours[letter]}"`)
}

/** Ids inside an icon get a prefix, so that two icons in one picture cannot mix theirs up. */
function icon(name: string, icons: IconSet, prefix: string): string {
  const body = OWN_ICONS.get(name) ?? icons.get(name)
  if (body === undefined) throw new Error(`the icon set has no '${name}'`)
  return body
    .replace(/id="([^"]+)"/g, `id="${prefix}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}-$1"`)
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
