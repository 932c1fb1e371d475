/** @module Packs all pictures into one file that stores each shared line once; the shop reassembles them. */
import type { PackLine } from '@nearside/storefront/picturePack.ts'

/** @param svgs file name → text */
export function packOf(svgs: ReadonlyMap<string, string>): PackLine[] {
  const places = new Map<string, number>()
  const pictures: PackLine[] = []
  for (const [name, svg] of svgs) {
    const lines = svg.trimEnd().split('\n')
    for (const line of lines) if (!places.has(line)) places.set(line, places.size)
    pictures.push([name, ...lines.map((line) => places.get(line) ?? 0)])
  }
  return [...places.keys(), ...pictures]
}
