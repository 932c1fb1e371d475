/**
 * @module Format of the file with all product pictures, which `scripts/images.ts` writes. Each picture is a list of
 * pieces (lines of SVG), and pictures share pieces.
 */

/**
 * Line of the file. First come the lines of all pieces, then a line per picture, with its file name and the indices of
 * its pieces.
 */
export type PackLine = string | readonly [name: string, ...places: number[]]

export interface PicturePack {
  /** Lines of SVG. Most of these lines occur in many pictures. */
  readonly pieces: string[]
  readonly pictures: Map<string, readonly number[]>
}

export function unpack(lines: readonly PackLine[]): PicturePack {
  const pieces: string[] = []
  const pictures = new Map<string, readonly number[]>()
  for (const line of lines)
    if (typeof line === 'string') pieces.push(line)
    else pictures.set(line[0], line.slice(1) as number[])
  return { pieces, pictures }
}

/** SVG of a picture; null if the pack has no such picture. */
export function svgOf({ pieces, pictures }: PicturePack, name: string): string | null {
  const places = pictures.get(name)
  return places ? places.map((place) => pieces[place]).join('') : null
}
