/** @module Draws what a product's picture shows (its look) as an SVG: paper, a shadow, the product, its print. */
import { lettering } from './lettering.ts'
import { isRepeated, type Look } from './look.ts'
import { surface } from './material.ts'
import type { Palette } from './palette.ts'
import { patternElement } from './pattern.ts'
import { SHAPES, type Shape } from './shapes.ts'

/** Icon name → inner markup of its 32 × 32 SVG. */
export type IconSet = ReadonlyMap<string, string>

/** Icons that the icon set lacks. */
const OWN_ICONS: IconSet = new Map([
  [
    'union-jack',
    '<path fill="#2b4c96" d="M1 7h30v18H1z"/><path stroke="#fff" stroke-width="3.6" d="M1 7l30 18M31 7L1 25"/><path stroke="#d8343c" stroke-width="1.3" d="M1 7l30 18M31 7L1 25"/><path stroke="#fff" stroke-width="6" d="M16 7v18M1 16h30"/><path stroke="#d8343c" stroke-width="3.4" d="M16 7v18M1 16h30"/>',
  ],
  [
    'st-george',
    '<path fill="#fff" stroke="#c9bfab" stroke-width=".5" d="M1 7h30v18H1z"/><path stroke="#d8343c" stroke-width="5" d="M16 7v18M1 16h30"/>',
  ],
  [
    'gingerbread-man',
    '<path fill="#c98b4b" d="M16 1.5a6 6 0 0 1 4.5 10l7 1a3 3 0 0 1 0 6L22 18l3 8.5a3.2 3.2 0 0 1-5.8 2.5L16 23l-3.2 6A3.2 3.2 0 0 1 7 26.5L10 18l-5.5.5a3 3 0 0 1 0-6l7-1A6 6 0 0 1 16 1.5z"/><g fill="#fffaf0"><circle cx="13.8" cy="6.5" r=".9"/><circle cx="18.2" cy="6.5" r=".9"/><circle cx="16" cy="15" r="1.1"/><circle cx="16" cy="19" r="1.1"/></g><path fill="none" stroke="#fffaf0" stroke-width=".9" d="M13.5 9q2.5 2 5 0M5 14.5l1.5 2M27 14.5l-1.5 2"/>',
  ],
])

/** Side of the product's square, and y of the floor under the product, in the 400 × 400 picture. */
const SIZE = 256
const SIZES = { small: 208, large: 288 } as const
const FLOOR = 322

/** A picture larger than this many bytes is drawn again without its motifs. */
const MAX_BYTES = 10_000

const IVORY = '#fffaf0'
const HAIR = { brown: '#8f5a34', black: '#3b2c28', blond: '#e6c067', ginger: '#c2622d' } as const
const INK = '#3a2b20'

const START =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><defs><radialGradient id="s"><stop stop-color="#3a2b20" stop-opacity=".3"/><stop offset="1" stop-color="#3a2b20" stop-opacity="0"/></radialGradient>'
const SETTINGS = {
  hung: '<path fill="none" stroke="#8d7a5f" stroke-width=".7" d="M5 15L16-5l11 20"/><circle cx="16" cy="-5.5" r="1" fill="none" stroke="#8d7a5f" stroke-width=".7"/>',
  boxed:
    '<path fill="#e2c79d" d="M-1 9h34v22H-1z"/><path fill="#cfae7c" d="M-1 9l3-4h28l3 4z"/><path fill="#b98d5e" fill-opacity=".35" d="M-1 9h34v1.5H-1z"/>',
} as const
const GLOW =
  '<radialGradient id="g"><stop offset=".55" stop-color="#fff" stop-opacity=".8"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient><circle cx="200" cy="196" r="180" fill="url(#g)"/>'

/** Transforms (x, y, size) of the pieces of a set, from back to front. */
const TWO = ['translate(10.5 .5) scale(.66)', 'translate(-1 7) scale(.78)'] as const
const THREE = [
  'translate(-3 1.5) scale(.6)',
  'translate(15.8 1.5) scale(.6)',
  'translate(4 8) scale(.75)',
] as const

/**
 * Draws a look as SVG. Each part that several pictures share has its own line, so that the file of all pictures stores
 * this part once. @throws Error if the icon set lacks the look's icon: `words.json` names a wrong icon
 */
export function draw(look: Look, icons: IconSet): string {
  const { palette, pattern, picture, motifs, size } = look
  const isShape = picture.kind === 'shape'
  const ink = isShape ? palette.print : palette.main
  const isPlain = pattern !== 'spots' && pattern !== 'stripes'
  const printed = pattern && !(isShape && isPlain && (motifs.length > 0 || look.words))
  const material = isShape ? look.material : undefined
  const defs = [
    `<linearGradient id="a" x2="0" y2="1"><stop stop-color="${palette.paper[0]}"/><stop offset="1" stop-color="${palette.paper[1]}"/></linearGradient>`,
    printed ? patternElement(pattern, 'p', ink, isShape ? 6 : 44) : '',
    material ? surface(material, 'm') : '',
  ]
  const side = size ? SIZES[size] : SIZE
  // The background is one line. Most pictures have the same one, so the file of all pictures stores it only once.
  const background = [
    '</defs><path fill="url(#a)" d="M0 0h400v400H0z"/>',
    printed && !isShape ? '<path fill="url(#p)" fill-opacity=".22" d="M0 0h400v400H0z"/>' : '',
    isShape ? '' : GLOW,
    `<ellipse cx="200" cy="${FLOOR}" rx="${side / 2 - 4}" ry="18" fill="url(#s)"/>`,
    `<g transform="translate(${200 - side / 2} ${FLOOR - side}) scale(${side / 32})">`,
    look.setting ? SETTINGS[look.setting] : '',
  ].join('')
  const product = isShape
    ? drawShape(SHAPES[picture.name], look, Boolean(printed), icons)
    : [icon(picture.name, icons)]
  const besides = isShape
    ? []
    : motifs.flatMap((motif) => [
        '<g transform="translate(20.5 19.5) scale(.42)">',
        icon(motif, icons),
        '</g>',
      ])
  const svg = [
    START,
    ...defs,
    background,
    ...repeated(look, product),
    ...besides,
    '</g>',
    look.pieces ? badge(`×${look.pieces}`) : look.measure ? badge(look.measure) : '',
    '</svg>\n',
  ]
    .filter((part) => part !== '')
    .join('\n')
    // The attributes have single quotes, because JSON doesn't escape single quotes.
    .replaceAll('"', "'")
  return motifs.length > 0 && svg.length > MAX_BYTES ? draw({ ...look, motifs: [] }, icons) : svg
}

/** Repeats the product two or three times if it is a set. */
function repeated(look: Look, product: readonly string[]): readonly string[] {
  if (!isRepeated(look)) return product
  const places = look.pieces === 2 ? TWO : THREE
  return [
    '<defs><g id="o">',
    ...product,
    `</g></defs>${places.map((place) => `<use href="#o" transform="${place}"/>`).join('')}`,
  ]
}

/**
 * Badge with the number of pieces, or with the size of a single piece. The badge is in the lower corner, because labels
 * on the shop's product cards cover the upper corners.
 */
function badge(text: string): string {
  const width = Math.max(72, text.length * 18 + 20)
  return `<rect x="${386 - width}" y="330" width="${width}" height="56" rx="28" fill="${IVORY}"/><text x="${386 - width / 2}" y="368" fill="#4b3424" font-family="Georgia,serif" font-weight="700" font-size="31" text-anchor="middle">${text.replaceAll('"', '″')}</text>`
}

function drawShape(
  { body, under = '', over = '', print, words }: Shape,
  look: Look,
  printed: boolean,
  icons: IconSet,
): readonly string[] {
  const { palette, material, motifs } = look
  const [x, y, size] = print
  return [
    `${tint(under, look)}<path fill="${palette.main}" d="${body}"/>`,
    printed ? `<path fill="url(#p)" fill-opacity=".85" d="${body}"/>` : '',
    material ? `<path fill="url(#m)" d="${body}"/>` : '',
    tint(over, look),
    (motifs.length > 0 || look.words) && printed && size > 0
      ? `<circle cx="${x}" cy="${y}" r="${round(size * 0.62)}" fill="${palette.main}"/>`
      : '',
    ...places(x, y, size, motifs.length).flatMap((place, i) => [
      `<g transform="${place}">`,
      icon(motifs[i], icons),
      '</g>',
    ]),
    look.words ? lettering(look.words, words ?? [x, y, size * 1.2, size], inkOn(palette)) : '',
  ]
}

/** Colour for words on the product: dark on a light product, the print's colour on a dark one. */
function inkOn({ main, print }: Palette): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(main.slice(at, at + 2), 16))
  return red * 0.3 + green * 0.59 + blue * 0.11 > 150 ? INK : print
}

/** A single motif fills the square around (x, y); two motifs stand side by side in it. */
function places(x: number, y: number, size: number, count: number): readonly string[] {
  const place = (at: number, side: number) =>
    `translate(${round(at - side / 2)} ${round(y - side / 2)}) scale(${round(side / 32)})`
  if (count < 2) return count === 0 ? [] : [place(x, size)]
  return [place(x - size * 0.34, size * 0.68), place(x + size * 0.36, size * 0.68)]
}

/** Replaces the letters that stand for colours (`shapes.ts`) by the palette's colours. */
function tint(markup: string, { palette, hair = 'brown' }: Look): string {
  const colours: Readonly<Record<string, string>> = {
    M: palette.main,
    D: palette.dark,
    P: palette.print,
    I: IVORY,
    H: HAIR[hair],
  }
  return markup.replace(/"([MDPIH])"/g, (_, letter: string) => `"${colours[letter]}"`)
}

/**
 * Inserts an icon. Ids inside get the icon's name as a prefix, so that two icons in a picture don't collide.
 * Coordinates are rounded to hundredths of a unit, a twelfth of a pixel.
 */
function icon(name: string, icons: IconSet): string {
  const body = OWN_ICONS.get(name) ?? icons.get(name)
  if (body === undefined) throw new Error(`the icon set has no '${name}'`)
  return body
    .replace(/id="([^"]+)"/g, `id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${name}-$1"`)
    .replace(/\.(\d\d)(\d)\d*/g, (all, kept: string, next: string) => {
      const up = Number(kept) + Number(next >= '5')
      return up < 100 ? `.${String(up).padStart(2, '0')}` : all
    })
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
