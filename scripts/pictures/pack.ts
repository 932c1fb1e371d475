/** @module All pictures in one file, each line that several have only once; the shop puts them together. */

export interface Pack {
  readonly pieces: readonly string[]
  /** File name → places of its pieces. */
  readonly pictures: Readonly<Record<string, readonly number[]>>
}

/** @param svgs file name → text */
export function packOf(svgs: ReadonlyMap<string, string>): Pack {
  const places = new Map<string, number>()
  const pictures: Record<string, number[]> = {}
  for (const [name, svg] of svgs)
    pictures[name] = svg
      .trimEnd()
      .split('\n')
      .map((line) => {
        const place = places.get(line) ?? places.size
        places.set(line, place)
        return place
      })
  return { pieces: [...places.keys()], pictures }
}
