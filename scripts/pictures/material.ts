/** @module A product's material, drawn on its surface as an SVG pattern or gradient. */
import { PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'

const WORDS = {
  wood: 'wood|wooden|bamboo|driftwood',
  wicker: 'wicker|rattan|woven|raffia|hessian|seagrass',
  metal:
    'metal|zinc|aluminium|iron|copper|brass|silver|chrome|hammered|pewter|wire|gold|moroccan|medina|tin',
  glass: 'glass|crystal|acrylic|murano|diamante|cut glass',
  ceramic: 'ceramic|porcelain|enamel|china|crackle|stoneware|bakelite',
  knit: 'felt|feltcraft|knitted|woolly|wool|crochet|fabric|cotton|quilted|embroidered|fluffy|flock',
} as const

export type MaterialName = keyof typeof WORDS

const index = new PhraseIndex(
  Object.entries(WORDS).flatMap(([name, words]) =>
    words.split('|').map((word) => toPhrase(word, name as MaterialName, 1)),
  ),
)

/** The first material that the title names: "Wooden Box with Metal Lid" is wooden. */
export function chooseMaterial(title: string): MaterialName | undefined {
  return index.all(title)[0]?.value
}

const tile = (size: string, inside: string) => (id: string) =>
  `<pattern id="${id}" ${size} patternUnits="userSpaceOnUse">${inside}</pattern>`

const gleam = (stops: readonly (readonly [offset: number, opacity: number])[]) => (id: string) =>
  `<linearGradient id="${id}" x2="1" y2="1">${stops
    .map(([at, opacity]) => `<stop offset="${at}" stop-color="#fff" stop-opacity="${opacity}"/>`)
    .join('')}</linearGradient>`

const SURFACES: Readonly<Record<MaterialName, (id: string) => string>> = {
  wood: tile(
    'width="12" height="4"',
    '<path fill="none" stroke="#5a3a1c" stroke-opacity=".24" stroke-width=".4" d="M0 1c3-.8 5 .8 8 0s3-.3 4 0M0 3c2 .5 4-.6 7-.2s4 .6 5 .2"/>',
  ),
  wicker: tile(
    'width="3" height="3"',
    '<path fill="none" stroke="#5a3a1c" stroke-opacity=".38" stroke-width=".6" d="M0 .5h1.5M1.5 2h1.5M.75 1.3v1.4M2.25 -.2v1.4"/>',
  ),
  metal: gleam([
    [0, 0],
    [0.35, 0],
    [0.48, 0.42],
    [0.6, 0],
    [0.7, 0],
    [0.8, 0.25],
    [0.9, 0],
  ]),
  glass: gleam([
    [0, 0.75],
    [0.25, 0.35],
    [0.26, 0.6],
    [0.4, 0.6],
    [0.41, 0.2],
    [1, 0.5],
  ]),
  ceramic: gleam([
    [0, 0.55],
    [0.3, 0],
    [1, 0],
  ]),
  knit: tile(
    'width="1.6" height="1.6"',
    '<path fill="none" stroke="#000" stroke-opacity=".16" stroke-width=".35" d="M0 .4l.8.7.8-.7"/>',
  ),
}

/** SVG pattern or gradient of the material, in user units of the 32 × 32 grid. */
export const surface = (name: MaterialName, id: string): string => SURFACES[name](id)
