/**
 * @module Compares two shoppers who act differently in one shop. Kind, number and sequence of the requests to the
 * server must not distinguish the two shoppers. Requests are compared as they arrived at the shop, over all
 * connections.
 */

/** One request, with all of its headers, as one line of text. */
export interface Asked {
  readonly line: string
  /** Purpose of the request (`sec-fetch-dest`), written by the browser. */
  readonly kind: string
  /** Whether the request came after the shop had loaded and the shopper had begun. */
  readonly settled: boolean
}

/** Differences between two shoppers; all empty if there are no differences. */
export interface Difference {
  /** Requests that the first shopper made more often than the second; one entry per surplus request. */
  readonly first: readonly string[]
  readonly second: readonly string[]
  /** Pairs `x, then y` of the first shopper's requests of one kind that the second made in the other sequence. */
  readonly order: readonly string[]
}

/**
 * Compares the requests of two shoppers. While a shop loads, the browser decides the number and sequence of requests
 * over several connections, so only the requested files are compared. The browser also decides when to look for a newer
 * service worker, so the sequence is compared per kind of resource.
 */
export function compareShoppers(first: readonly Asked[], second: readonly Asked[]): Difference {
  const of = (all: readonly Asked[], settled: boolean) =>
    all.filter((one) => one.settled === settled)
  const linesOf = (all: readonly Asked[]) => of(all, true).map(({ line }) => line)
  const filesOf = (all: readonly Asked[]) => [
    ...new Set(of(all, false).map(({ line }) => fileOf(line))),
  ]
  const [files, otherFiles] = [first, second].map(filesOf)
  const [lines, otherLines] = [first, second].map(linesOf)
  const turned = inOrder(of(second, true)).map(([x, y]) => `${y}, then ${x}`)
  return {
    first: [...missing(files, otherFiles), ...missing(lines, otherLines)],
    second: [...missing(otherFiles, files), ...missing(otherLines, lines)],
    order: inOrder(of(first, true))
      .map(([x, y]) => `${x}, then ${y}`)
      .filter((pair) => turned.includes(pair)),
  }
}

/**
 * Repeats the comparison until a comparison finds no difference. A busy machine causes an occasional difference, but a
 * channel causes a difference in every comparison.
 * @param most maximum number of comparisons
 * @returns the difference that the last comparison found
 */
export async function compareAgain(
  compare: () => Promise<Difference>,
  most: number,
): Promise<Difference> {
  const difference = await compare()
  return isNone(difference) || most <= 1 ? difference : compareAgain(compare, most - 1)
}

export function listOf({ first, second, order }: Difference): string[] {
  const only = (who: string, lines: readonly string[]) =>
    lines.map((line) => `${who} alone: \`${line.slice(0, 300)}\``)
  const turned = order.map((pair) => `in this order, and the second in the other: \`${pair}\``)
  return [...only('the first', first), ...only('the second', second), ...turned]
}

const isNone = ({ first, second, order }: Difference): boolean =>
  first.length + second.length + order.length === 0

const fileOf = (line: string) => line.split(' ').slice(0, 2).join(' ')

/** Pairs of an earlier and a later request of the same kind. Repeated requests are numbered, to tell them apart. */
function inOrder(all: readonly Asked[]): (readonly [string, string])[] {
  const counted = new Map<string, number>()
  const named = all.map(({ line, kind }) => {
    const file = fileOf(line)
    const count = (counted.get(file) ?? 0) + 1
    counted.set(file, count)
    return { kind, name: `${file} (${count})` }
  })
  return named.flatMap(({ kind, name }, at) =>
    named
      .slice(at + 1)
      .filter((later) => later.kind === kind)
      .map((later) => [name, later.name] as const),
  )
}

/** Lines that `some` contains more often than `others`; one entry per surplus line. */
function missing(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
