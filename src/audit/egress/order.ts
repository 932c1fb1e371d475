/** @module What the process of a proof is told, and what it answers. */
import type { Marks } from './marks.ts'
import type { Probe } from './probes.ts'
import type { ShopperOutcome, Trace } from './stages.ts'
import type { Difference } from './twoShoppers.ts'

/** `capture`: all packets of a network namespace. `log`: Chromium's own network log. */
type Method = 'capture' | 'log'

export interface Order {
  readonly method: Method
  /** The shop's home page. */
  readonly url: string
  /** Its vault, where that is at another origin: what is sent there counts as sent to the shop. */
  readonly vault?: string
  /** For captures and certificates; removed afterwards. */
  readonly folder: string
  /** Paths of the sockets behind which they are. */
  readonly upstreams: readonly string[]
  /** A module with a `ShopperScript`. */
  readonly script?: string
  /** Paths that the shop asks for, `*` for anything but a slash; else those of a first visit. */
  readonly declared?: readonly string[]
  readonly events: number
  /** Seconds. */
  readonly idle: number
  readonly marks: Marks
  /** Path of Chromium, and what it is started with. */
  readonly browser: string
  readonly args: string[]
}

/** The shop, then its vault. */
export const sitesOf = ({ url, vault }: Pick<Order, 'url' | 'vault'>): URL[] =>
  [url, ...(vault === undefined ? [] : [vault])].map((site) => new URL(site))

export interface Outcome {
  readonly method: Method
  readonly browser: string
  /** What the browser asked for with a blank page. */
  readonly browserNames: readonly string[]
  /** How many paths the shop declares. */
  readonly declared: number
  /** SHA-256 of them, a line each. */
  readonly declaredHash: string
  /** Of the shop's home page. */
  readonly headers: Readonly<Record<string, string>>
  /** The first, the second, who did something else, and both again where they differed. */
  readonly shoppers: readonly ShopperOutcome[]
  /** What told the two apart in the last comparison; none before it was empty. */
  readonly difference: Difference
  readonly probes: readonly (Pick<Probe, 'name' | 'kind' | 'where'> & {
    readonly lifted: Trace
    readonly policed: Trace
  })[]
}
