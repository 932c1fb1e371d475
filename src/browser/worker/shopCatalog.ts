/**
 * @module The shop's catalog on this device: the file as published, with the changes of the live file (prices and stock
 * fetched between models) and today's sale prices.
 */
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { Catalog, createVariants, type VariantsOf } from '@nearside/core/catalog/catalog.ts'
import { CatalogLines } from '@nearside/core/catalog/catalogLines.ts'
import { currencyFault } from '@nearside/core/catalog/currency.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import { atPrices, nextChange } from '@nearside/core/catalog/sale.ts'
import {
  createTitleMatches,
  type FindByTitle,
  joinTitleIndexes,
} from '@nearside/core/catalog/titleIndex.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { onceFor } from '@nearside/core/onceFor.ts'
import { createKeptFile, type KeptFile } from './downloads.ts'
import type { LiveFile } from './liveFile.ts'
import { loadOptional, type Services } from './services.ts'

const NONE: readonly Item[] = []

export class ShopCatalog {
  readonly #services: Services
  /** The catalog's file; null if the page passed the catalog itself. */
  readonly #file: KeptFile | null
  /** Catalog as published: usual prices, without changes of the live file. */
  #published: Catalog | null = null
  /** SHA-256 of the published file, or of its first part; empty if the page passed the catalog itself. */
  #version = ''
  /** Published catalog from which `current` was made. */
  #applied: Catalog | null = null
  /** Time for which the current prices were computed, milliseconds since the epoch. */
  #pricesAt = 0
  /** Time at which the next sale begins or ends, milliseconds since the epoch. */
  pricesUntil = Number.POSITIVE_INFINITY
  /** Current catalog; null before the first usable catalog. */
  current: Catalog | null = null
  /** First catalog of this session, which open pages may show. */
  #first: Catalog | null = null
  /** Current catalog without its tail (products loaded when needed). */
  withoutTail: Catalog | null = null
  /** Changes to apply to a page's products, without the tail's products; null for none. */
  #pageChanges: LiveChanges | null = null
  /** Like `#pageChanges`, but with the tail's products among the added products; null for none. */
  changes: LiveChanges | null = null
  /** Changes of `live.json` that were applied last. */
  #live: LiveChanges | null = null
  /** Products of the tail (loaded when needed), as published. */
  #tail: readonly Item[] = []
  /** Products of the tail that the shop still sells, at today's prices. */
  #listed: readonly Item[] = []
  /** Indexes of titles, one of the tail's products and one of all others, built on first use. */
  readonly #titles = [onceFor(createTitleMatches), onceFor(createTitleMatches)]
  /** Null if the shop has no `live.json` (new prices and stock), or its code can't be loaded. */
  live: LiveFile | null = null
  variantsOf: VariantsOf = () => []
  #isStarted = false
  #headThere = () => {}
  /** Resolves when the catalog's first part can be used, or the file has arrived or failed. */
  readonly head = new Promise<void>((there) => (this.#headThere = there))
  #liveThere = Promise.resolve()
  #headTaken = Promise.resolve()

  constructor(services: Services) {
    this.#services = services
    const { catalog } = services.config
    this.#file =
      typeof catalog === 'string'
        ? createKeptFile(
            services,
            'catalog',
            catalog,
            (value, version) => this.#take(value, version),
            () =>
              new CatalogLines((...head) => {
                this.#headTaken = this.#takeHead(...head)
              }),
          )
        : null
  }

  get files(): readonly (KeptFile | null | undefined)[] {
    return [this.#file, this.live?.file]
  }

  /** Items that a query is about; empty without a catalog. */
  readonly find: FindByTitle = (query) => this.#find(query, this.#listed)

  readonly findWithoutTail: FindByTitle = (query) => this.#find(query, NONE)

  #find(query: string, tail: readonly Item[]): readonly string[] {
    const [head, more] = this.#titles
    return joinTitleIndexes(head(this.withoutTail?.items ?? NONE), more(tail))(query)
  }

  /**
   * Uses the stored files, or else downloads them. Never rejects.
   * @param onLate called if the live file arrives so late that it changes a catalog already in use
   */
  async start(onLate: () => unknown): Promise<void> {
    try {
      this.#liveThere = this.#startLive(onLate)
      await this.#file?.start()
      await this.#liveInTime()
      await this.#headTaken
      if (!this.#file) this.#take(this.#services.config.catalog)
      this.apply()
    } catch (error) {
      this.#services.notices.add(error, 'catalog-invalid', 'The catalog is not usable')
    }
    this.#isStarted = true
    this.#headThere()
  }

  async #startLive(onLate: () => unknown): Promise<void> {
    const { live } = this.#services.config
    if (!live) return
    const code = await loadOptional(this.#services, () => import('./liveFile.ts'), 'live prices')
    this.live =
      code &&
      new code.LiveFile(this.#services, (take) =>
        createKeptFile(this.#services, 'live', live, take),
      )
    await this.live?.start(this, onLate)
  }

  async #liveInTime(): Promise<void> {
    await this.#liveThere
    await this.live?.inTime()
  }

  /** Fetches a newer catalog, then `live.json` again, because the last one belongs to the earlier catalog. */
  async update(): Promise<void> {
    const published = this.#published
    await this.#file?.update()
    if (this.#published !== published) await this.live?.file.update()
    this.apply()
  }

  async updateLive(): Promise<void> {
    await this.live?.file.update()
    if (this.live?.content && !this.#matching) await this.#file?.update()
    this.apply()
  }

  /** Changes in the newest `live.json`; null if there are none, or if they belong to another catalog. */
  get #matching(): LiveChanges | null {
    const { content = null } = this.live ?? {}
    return content && [content.catalog, content.head].includes(this.#version) ? content : null
  }

  /** Rebuilds the current catalog if the published catalog or its live file is new, or a sale begins or ends. */
  apply(): void {
    const [published, now] = [this.#published, this.#services.now()]
    const isKnown = this.#applied === published
    // If the newest live file belongs to a catalog that can't be fetched, the last changes of the catalog in use stay.
    const changes = this.#matching ?? (isKnown ? this.#live : null)
    const isSame = isKnown && this.#live === changes
    if (!published || (isSame && now >= this.#pricesAt && now < this.pricesUntil)) return
    this.#applied = published
    this.#live = changes
    this.#pricesAt = now
    const listed = this.live?.applyTo(published.items, changes) ?? published.items
    const first = this.#first ?? published
    this.#pageChanges =
      first === published || !this.live ? changes : this.live.forPages(first.items, listed, changes)
    this.withoutTail = new Catalog(atPrices(listed, now), published.faults)
    this.pricesUntil = nextChange(listed, now)
    this.#addTail(now)
  }

  setTail(items: readonly Item[]): void {
    this.#tail = items
    this.#addTail(this.#services.now())
  }

  #addTail(now: number): void {
    const head = this.withoutTail
    if (!head) return
    const live = this.#live && { ...this.#live, added: [] }
    const own = this.#tail.filter(({ id }) => head.get(id) === undefined)
    const tail = this.live?.applyTo(own, live) ?? own
    this.#listed = atPrices(tail, now)
    this.pricesUntil = Math.min(this.pricesUntil, nextChange(tail, now))
    const isWhole = tail.length === 0
    this.current = isWhole ? head : new Catalog([...head.items, ...this.#listed], head.faults)
    // The page gets all of the tail's products as added products.
    const { changed = [], gone = [], added = [] } = this.#pageChanges ?? {}
    // Products that open pages show can be in the tail of a newer catalog, so they are listed as changed.
    const moved = tail.filter(({ id }) => this.#first?.get(id))
    this.changes = isWhole
      ? this.#pageChanges
      : {
          changed: changed.concat(moved),
          gone: gone.filter((id) => !this.current?.get(id)),
          added: added.concat(tail),
        }
    this.variantsOf = createVariants(this.current.items)
  }

  /** Uses the catalog's first part until the whole file arrives, unless the live file may belong to another catalog. */
  async #takeHead(head: Catalog, text: string): Promise<void> {
    // After the start, a newer file is used only after it has arrived completely.
    if (this.#isStarted) return
    const version = await sha256Hex(utf8(text))
    await this.#liveInTime()
    const { content } = this.live ?? {}
    if (this.#published || (content && content.head !== version)) return
    this.#published = head
    this.#version = version
    this.apply()
    this.#headThere()
  }

  #take(value: unknown, version = ''): void {
    this.#published = value instanceof Catalog ? value : Catalog.parse(value)
    this.#first ??= this.#published
    this.#version = version
    const { faults, items } = this.#published
    const count = faults.length
    const unusable = `${count} of the ${items.length + count} rows of the catalog can't be used and are left out, e.g. ${faults[0]}.`
    for (const message of [count > 0 && unusable, currencyFault(items)])
      if (message) this.#services.notices.add(new NearsideError('catalog-invalid', message))
  }
}
