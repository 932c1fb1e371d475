/**
 * @module Two shoppers who do different things in one shop: what the server is asked for, how often and in which order must
 * not tell them apart. Requests as they reached the shop's door, over all connections.
 */

/** One request, with all of its headers, as one line of text. */
export interface Asked {
  readonly line: string
  /** What it is for (`sec-fetch-dest`), which the browser writes. */
  readonly kind: string
  /** After the shop was loaded, when the shopper began. */
  readonly settled: boolean
}

/** What tells two shoppers apart; all empty where nothing does. */
export interface Difference {
  /** Requests of the first alone, each as often as the second has fewer of it. */
  readonly first: readonly string[]
  readonly second: readonly string[]
  /** `x, then y` where the second asked for y first, both for the same kind of resource. */
  readonly order: readonly string[]
}

/**
 * While a shop loads, number and order are the browser's, on several connections: the files alone are compared. Nor does a
 * page choose when the browser looks for a newer service worker: order is that of one kind of resource.
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
 * Compares until one whole comparison finds nothing. A busy machine differs now and then; a channel differs in every
 * comparison, even where it differs in another way each time.
 * @param most comparisons
 * @returns the last difference
 */
export async function compareAgain(
  compare: () => Promise<Difference>,
  most: number,
): Promise<Difference> {
  const difference = await compare()
  return isNone(difference) || most <= 1 ? difference : compareAgain(compare, most - 1)
}

/** For people, a line each. */
export function listOf({ first, second, order }: Difference): string[] {
  const only = (who: string, lines: readonly string[]) =>
    lines.map((line) => `${who} alone: \`${line.slice(0, 300)}\``)
  const turned = order.map((pair) => `in this order, and the second in the other: \`${pair}\``)
  return [...only('the first', first), ...only('the second', second), ...turned]
}

const isNone = ({ first, second, order }: Difference): boolean =>
  first.length + second.length + order.length === 0

const fileOf = (line: string) => line.split(' ').slice(0, 2).join(' ')

/** All pairs of requests of one kind, each of which is numbered among its like. */
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

/** Those of `some` that are not in `others`, each as often as it is one more. */
function missing(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
