/** @module Messages to and from the child process that runs a proof (`inside.ts`). */
import type { Marks } from './marks.ts'
import type { Probe } from './probes.ts'
import type { ShopperOutcome, Trace } from './stages.ts'
import type { Difference } from './twoShoppers.ts'

/** How traffic is observed. `capture`: all packets of a network namespace. `log`: Chromium's own network log. */
type Method = 'capture' | 'log'

export interface Order {
  readonly method: Method
  readonly url: string
  /** URL of the shop's vault, if the vault has another origin. Data sent to the vault count as sent to the shop. */
  readonly vault?: string
  /** Folder for captures and certificates; removed afterwards. */
  readonly folder: string
  /** Paths of the sockets that lead to the sites (shop and vault). */
  readonly upstreams: readonly string[]
  /** Path of a module with a `ShopperScript`. */
  readonly script?: string
  /** Paths that the shop requests, with `*` for any characters except a slash; default: the paths of a first visit. */
  readonly declared?: readonly string[]
  readonly events: number
  /** Seconds for which a shopper does nothing at the end, half of them offline. */
  readonly idle: number
  readonly marks: Marks
  /** Path of Chromium, and its command-line arguments. */
  readonly browser: string
  readonly args: string[]
}

export const sitesOf = ({ url, vault }: Pick<Order, 'url' | 'vault'>): URL[] =>
  [url, ...(vault === undefined ? [] : [vault])].map((site) => new URL(site))

export interface Outcome {
  readonly method: Method
  readonly browser: string
  readonly browserNames: readonly string[]
  readonly declared: number
  /** SHA-256 of the shop's declared paths, written one per line. */
  readonly declaredHash: string
  readonly headers: Readonly<Record<string, string>>
  /**
   * Outcomes of the first shopper, then of the second, who acts differently; each repetition of the comparison adds
   * two.
   */
  readonly shoppers: readonly ShopperOutcome[]
  /** Difference that the last comparison found; every earlier comparison found a difference, too. */
  readonly difference: Difference
  readonly probes: readonly (Pick<Probe, 'name' | 'kind' | 'where'> & {
    readonly lifted: Trace
    readonly policed: Trace
  })[]
}
