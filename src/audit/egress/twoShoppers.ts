/**
 * @module Compares two shoppers who act differently in one shop: the requests that arrive at the shop must not tell
 * them apart by kind, number or sequence.
 */

/** One request, with all of its headers, as one line of text. */
export interface Asked {
  readonly line: string
  /** Purpose of the request (`sec-fetch-dest`), written by the browser. */
  readonly kind: string
  /** Whether the request came after the shop had loaded and the shopper had begun. */
  readonly settled: boolean
}

/** Differences between the requests of two shoppers; all empty if there are none. */
export interface Difference {
  /** Requests that the first shopper made and the second never; one entry per request. */
  readonly first: readonly string[]
  readonly second: readonly string[]
  /** `the first: x` or `the second: x`: requests that both made, but this shopper more often. */
  readonly more: readonly string[]
  /** Pairs `x, then y` of requests of one kind: the first shopper made x before y, the second y before x. */
  readonly order: readonly string[]
}

/**
 * Compares the requests of two shoppers. While a shop loads, the browser decides the number and sequence of requests
 * over several connections, so of that time only the set of requested files is compared. The browser also decides when
 * to look for a newer service worker, so the sequence is compared per kind of resource.
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
  const more = (who: string, some: readonly string[], others: readonly string[]) =>
    [...new Set(missing(some, others).filter((line) => others.includes(line)))].map(
      (line) => `${who}: ${line}`,
    )
  return {
    first: [...without(files, otherFiles), ...without(lines, otherLines)],
    second: [...without(otherFiles, files), ...without(otherLines, lines)],
    more: [...more('the first', lines, otherLines), ...more('the second', otherLines, lines)],
    order: inOrder(of(first, true))
      .map(([x, y]) => `${x}, then ${y}`)
      .filter((pair) => turned.includes(pair)),
  }
}

/**
 * Repeats the comparison until one finds no difference. On a busy machine, requests that a page makes at the same time
 * arrive in any sequence, and the browser looks for a newer service worker at varying times. A leak causes a difference
 * in every comparison; a leak by the number or sequence of requests causes the same difference each time, so `more` and
 * `order` count only if all comparisons find them.
 * @param most maximum number of comparisons
 * @param before entries of `more` and `order` that all comparisons so far found
 * @returns the difference that the last comparison found
 */
export async function compareAgain(
  compare: () => Promise<Difference>,
  most: number,
  before?: Pick<Difference, 'more' | 'order'>,
): Promise<Difference> {
  const found = await compare()
  const more = found.more.filter((one) => before?.more.includes(one) ?? true)
  const order = found.order.filter((pair) => before?.order.includes(pair) ?? true)
  const difference = { ...found, more, order }
  return most <= 1 || Object.values(difference).flat().length === 0
    ? difference
    : compareAgain(compare, most - 1, difference)
}

export function listOf({ first, second, more, order }: Difference): string[] {
  const only = (who: string, lines: readonly string[]) =>
    lines.map((line) => `${who} alone: \`${line.slice(0, 300)}\``)
  const turned = order.map((pair) => `in this order, and the second in the other: \`${pair}\``)
  const often = more.map((one) => `more often by \`${one.slice(0, 300)}\``)
  return [...only('the first', first), ...only('the second', second), ...often, ...turned]
}

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

const without = (some: readonly string[], others: readonly string[]) =>
  some.filter((line) => !others.includes(line))

/** Lines that `some` contains more often than `others`; one entry per surplus line. */
function missing(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
