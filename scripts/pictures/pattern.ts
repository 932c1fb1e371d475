/** @module Printed patterns: a title's words about a surface ("striped") become an SVG pattern of a few marks. */
import { PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'

const WORDS = {
  spots: 'retrospot|spot|spotty|dot|dots|polka dot|polka|scandi spot|spotted',
  stripes: 'stripe|striped|stripy|stripes|lines|ribbon',
  hearts: 'heart|love|sweetheart|valentine',
  stars: 'star|snowflake|stars|galaxy|space|night',
  gingham: 'gingham|check|checked|tartan|patchwork|picnic',
  flowers:
    'flower|floral|rose|daisy|posy|blossom|poppy|lily|garden|rosebud|hydrangea|peony|hyacinth|jardin|chrysanthemum|paisley|folk art',
  ridges: 'ridge|ridged|fluted|ribbed|pleated|corrugated|slatted',
  lattice: 'lattice|trellis|filigree|mesh|net|wire|woven|wicker|basket',
  swirls: 'swirl|swirly|twist|marble|wave|scroll|curly|spiral|abstract|circle|circles',
  mosaic: 'mosaic|crackle|cracked|faceted|cut glass|mirrored|hammered|beaten|sequin',
  leaves: 'leaf|leaves|botanical|fern|tropical|jungle|forest|laurel|camo',
  lace: 'lace|doily|crochet|baroque|filigree|victorian|diamante|jewelled|embossed|regency|etched|engraved|brocade',
} as const

export type PatternName = keyof typeof WORDS

const index = new PhraseIndex(
  Object.entries(WORDS).flatMap(([name, words]) =>
    words.split('|').map((word) => toPhrase(word, name as PatternName, 1)),
  ),
)

export function choosePattern(title: string): PatternName | undefined {
  return index.best(title)?.value
}

const HEART = 'M5 8.6C.8 5.8 2 2.6 3.6 2.6 4.5 2.6 5 3.6 5 3.6s.5-1 1.4-1C8 2.6 9.2 5.8 5 8.6z'
const STAR = 'm5 1.5 1 2.3 2.5.2-1.9 1.7.6 2.5L5 6.9 2.8 8.2l.6-2.5L1.5 4 4 3.8z'

const MARKS: Readonly<Record<PatternName, (ink: string) => string>> = {
  spots: (ink) =>
    `<g fill="${ink}"><circle cx="2.5" cy="2.5" r="1.5"/><circle cx="7.5" cy="7.5" r="1.5"/></g>`,
  stripes: (ink) => `<path fill="${ink}" d="M0 0h3.5v10H0z"/>`,
  hearts: (ink) => `<path fill="${ink}" d="${HEART}"/>`,
  stars: (ink) => `<path fill="${ink}" d="${STAR}"/>`,
  gingham: (ink) =>
    `<path fill="${ink}" fill-opacity=".5" d="M0 0h5v10H0z"/><path fill="${ink}" fill-opacity=".5" d="M0 0h10v5H0z"/>`,
  flowers: (ink) =>
    `<g fill="${ink}"><circle cx="5" cy="3" r="1.5"/><circle cx="7" cy="4.6" r="1.5"/><circle cx="6.2" cy="6.8" r="1.5"/><circle cx="3.8" cy="6.8" r="1.5"/><circle cx="3" cy="4.6" r="1.5"/></g>`,
  ridges: (ink) =>
    `<path stroke="${ink}" stroke-opacity=".6" stroke-width=".9" d="M2 0v10M7 0v10"/>`,
  lattice: (ink) =>
    `<path fill="none" stroke="${ink}" stroke-opacity=".7" stroke-width="1" d="M0 0l10 10M10 0L0 10"/>`,
  swirls: (ink) =>
    `<path fill="none" stroke="${ink}" stroke-width=".9" d="M5 5c0-1.5 2.5-1.5 2.5.5S5 8.5 3.5 7.5 1 2.5 5 1.5"/>`,
  mosaic: (ink) =>
    `<path fill="none" stroke="${ink}" stroke-opacity=".8" stroke-width=".6" d="M0 3l4-3 3 4 3-1M4 0l-1 6 4-2 1 6M3 6l-3 2M3 6l1 4"/>`,
  leaves: (ink) =>
    `<path fill="${ink}" d="M2 8C1 4 4 1.5 8 2c.5 4-2 7-6 6zM8.5 9.800c0-1 .7-1.6 1.5-1.5v1.5z"/>`,
  lace: (ink) =>
    `<g fill="none" stroke="${ink}"><circle cx="5" cy="5" r="2.8" stroke-width=".8"/><circle cx="0" cy="0" r="1.5" stroke-width=".6"/><circle cx="10" cy="0" r="1.5" stroke-width=".6"/><circle cx="0" cy="10" r="1.5" stroke-width=".6"/><circle cx="10" cy="10" r="1.5" stroke-width=".6"/></g>`,
}

/** Returns a `<pattern>` whose tiles have a side of `size` user units. */
export function patternElement(name: PatternName, id: string, ink: string, size: number): string {
  const marks = MARKS[name](ink)
  const turn = name === 'stripes' || name === 'gingham' ? '' : ' rotate(20)'
  return `<pattern id="${id}" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="scale(${size / 10})${turn}">${marks}</pattern>`
}
