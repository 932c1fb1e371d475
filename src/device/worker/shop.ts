/**
 * @module What is the same for every shopper: the catalog and the base model. What was kept from
 * last time answers at once; the network is asked meanwhile, and what it brings is used once verified.
 */

import { sha256Hex } from '../../core/bytes.ts'
import { Catalog } from '../../core/catalog/catalog.ts'
import type { Item } from '../../core/catalog/item.ts'
import { createTitleIndex, type FindByTitle } from '../../core/catalog/titleIndex.ts'
import { NearsideError } from '../../core/error.ts'
import { LEAST_DISCOUNT } from '../../core/features/context/context.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { withContext } from '../../core/model/context.ts'
import type { PopularityPart } from '../../core/model/parts.ts'
import { readJson } from '../../core/reading.ts'
import { DAY } from '../../core/time.ts'
import type { Reason } from '../apiLists.ts'
import { type CatalogOrder, EMPTY_ORDER, orderOf } from '../catalogOrder.ts'
import {
  type FetchModelOptions,
  fetchModel,
  type LoadedModel,
  readDownload,
} from '../learning/modelSource.ts'
import type { Download } from '../storage/downloadRows.ts'
import { createNewItems, type NewItems } from './newItems.ts'
import type { createPartialScores } from './partialScores.ts'
import type { Parts } from './parts.ts'
import { isLarge, LARGE, Ranker } from './ranker.ts'

export interface ShopDeps
  extends Pick<Parts, 'clock' | 'config' | 'context' | 'notices' | 'now' | 'onDemand' | 'pause'>,
    Pick<Parts, 'store' | 'transport'> {
  /** Called when lists may be others, unasked. */
  readonly rebuilt: () => void
}

export class Shop {
  readonly #deps: ShopDeps
  readonly #newItems: NewItems
  #catalog: Catalog | null = null
  #catalogHash = ''
  /** Made when first asked, of the catalog as it is then. */
  #titles: { readonly of: Catalog; readonly find: FindByTitle } | null = null
  #loaded: LoadedModel | null = null
  #ranker: Ranker | null = null
  #order: CatalogOrder = EMPTY_ORDER
  /** Known before the rest of a model that is being fetched for the first time. */
  #popularity: PopularityPart | null = null
  #firstOrder: CatalogOrder | null = null
  /** Ids of whose popularity something is known. */
  #sold: ReadonlySet<string> | null = null
  #catalogKept: Promise<void> = Promise.resolve()

  constructor(deps: ShopDeps) {
    this.#deps = deps
    const { clock, now, notices, pause, rebuilt, store } = deps
    const found = () => this.#build().then(rebuilt, (error) => notices.add(error))
    const keep = (download: Omit<Download, 'time'>) => this.#keep({ ...download, time: now() })
    this.#newItems = createNewItems({ clock, found, keep, pause, store })
  }

  /** Nothing goes on by itself after this. */
  stop(): void {
    this.#newItems.stop()
  }

  get catalog(): Catalog | null {
    return this.#catalog
  }

  /** The base model without the catalog's own additions. */
  get loaded(): LoadedModel | null {
    return this.#loaded
  }

  /**
   * The base model for learning what would improve it; in the shop's context, but without discounts: of
   * past moments they are not known.
   */
  get toImprove(): LoadedModel | null {
    const known = { at: this.#deps.context.at, discountsAt: () => null }
    return this.#loaded && { ...this.#loaded, model: withContext(this.#loaded.model, known) }
  }

  /** Null until there is a base model. */
  get ranker(): Ranker | null {
    return this.#ranker
  }

  /** Available items in the shop's order. */
  get order(): CatalogOrder {
    return this.#order
  }

  /** Available items as a new shopper gets them, as far as that is known without the whole model. */
  get firstOrder(): CatalogOrder {
    return this.#firstOrder ?? this.#order
  }

  /** Why an item is in that order. */
  readonly firstReason = (item: string): Reason => {
    if (!this.#sold) return { kind: 'shop-order' }
    return { kind: this.#sold.has(item) ? 'popular' : 'new' }
  }

  /** Without a catalog and without a model, any item may exist. */
  readonly knows = (item: string): boolean => {
    if (!this.#catalog && !this.#ranker) return true
    return this.#catalog?.get(item) !== undefined || this.rowOf(item) !== undefined
  }

  readonly rowOf = (item: string): number | undefined => this.#ranker?.rowOf(item)

  /** What a query is about; nothing while there is no catalog. */
  readonly find: FindByTitle = (query) => {
    const catalog = this.#catalog
    if (!catalog) return []
    if (this.#titles?.of !== catalog)
      this.#titles = { of: catalog, find: createTitleIndex(catalog.items) }
    return this.#titles.find(query)
  }

  /**
   * Takes what is kept; fetches only what is missing. Never rejects.
   * @param first called once if a new shopper's list is possible before the whole model is there
   * @returns whether the base model was kept
   */
  async start(first: () => void, signal: AbortSignal): Promise<boolean> {
    const { catalog } = this.#deps.config
    const ready =
      typeof catalog === 'string' ? this.#startCatalog(catalog) : this.#takeGiven(catalog)
    const onPopularity = async (popularity: PopularityPart) => {
      this.#popularity = popularity
      this.#sold = new Set(popularity.itemIds)
      await ready
      await this.#build()
      first()
    }
    const [kept] = await Promise.all([this.#startModel(signal, onPopularity), ready])
    await this.#catalogKept
    await this.#build()
    return kept
  }

  /** Reads what another tab has stored. */
  async reload(): Promise<void> {
    await Promise.all([this.#readKeptModel(), this.#readKeptCatalog()])
    await this.#build()
  }

  /**
   * Asks the network for a newer catalog and base model.
   * @returns what changed
   * @throws NearsideError if the base model can't be had; the old one stays
   */
  async update(
    signal?: AbortSignal,
  ): Promise<{ readonly model: boolean; readonly catalog: boolean }> {
    const { catalog } = this.#deps.config
    const [kept, loaded] = [this.#catalog, this.#loaded]
    if (typeof catalog === 'string') {
      await this.#fetchCatalog(catalog).catch((error) => this.#deps.notices.add(error))
      await this.#catalogKept
    }
    try {
      return { model: await this.#fetchModel({ signal }), catalog: this.#catalog !== kept }
    } finally {
      if (this.#catalog !== kept || this.#loaded !== loaded) await this.#build()
    }
  }

  async #build(): Promise<void> {
    // Loaded before the model is looked at: another one may come meanwhile.
    const scoreInPart = await this.#scoreInPart()
    const catalog = this.#catalog
    this.#order = orderOf(catalog?.items ?? [])
    if (!this.#loaded) {
      this.#firstOrder = this.#popularity && byPopularity(this.#order, this.#popularity)
      return
    }
    const loaded = this.#loaded
    const known = await this.#newItems.extend(loaded, catalog?.items ?? [])
    // Whoever brought another one meanwhile builds with that.
    if (this.#loaded !== loaded || this.#catalog !== catalog) return
    const discounts = known.context && catalog ? discountsOf(known, catalog) : null
    const { context, now } = this.#deps
    const model = withContext(known, {
      at: context.at,
      // What a price was when something was looked at long ago is not kept.
      discountsAt: (time) => (now() - time < DAY ? discounts : null),
    })
    this.#ranker = new Ranker(model, catalog, isLarge(model) ? scoreInPart : null)
    if (catalog) return
    this.#order = { ids: model.itemIds, categories: model.itemIds.map(() => '') }
  }

  /** Null where nothing is large, or, which is said, its code can't be loaded. */
  async #scoreInPart(): Promise<typeof createPartialScores | null> {
    const known = this.#loaded?.model.itemIds.length ?? 0
    // No more than both together.
    if (!known || known + (this.#catalog?.items.length ?? 0) <= LARGE) return null
    try {
      return (await this.#deps.onDemand()).createPartialScores
    } catch (cause) {
      const message =
        'Code for large catalogs could not be loaded; lists take longer until it can be.'
      this.#deps.notices.add(new NearsideError('engine-failed', message, { cause }))
      return null
    }
  }

  async #takeGiven(items: readonly Item[]): Promise<void> {
    try {
      this.#take(Catalog.parse(items))
    } catch (error) {
      this.#deps.notices.add(error, 'catalog-invalid', 'The catalog is not usable')
    }
  }

  #take(catalog: Catalog): void {
    this.#catalog = catalog
    const { faults, size } = catalog
    if (faults.length === 0) return
    const message = `${faults.length} of the ${size + faults.length} rows of the catalog can't be used and are left out, e.g. ${faults[0]}.`
    this.#deps.notices.add(new NearsideError('catalog-invalid', message))
  }

  async #startCatalog(url: string): Promise<void> {
    if (await this.#readKeptCatalog()) return
    await this.#fetchCatalog(url).catch((error) => this.#deps.notices.add(error))
  }

  async #readKeptCatalog(): Promise<boolean> {
    const { config, store } = this.#deps
    const { catalog } = config
    if (typeof catalog !== 'string') return true
    const kept = await store.download('catalog').catch(() => null)
    if (kept?.url !== catalog) return false
    try {
      this.#take(parseCatalog(kept.files['catalog.json']))
      this.#catalogHash = kept.version
      return true
    } catch {
      // Damaged at rest: it is fetched anew.
      return false
    }
  }

  async #fetchCatalog(url: string): Promise<void> {
    const bytes = await this.#deps.transport.get(url, 'catalog')
    const version = await sha256Hex(bytes)
    if (version === this.#catalogHash) return
    const catalog = parseCatalog(bytes)
    const files = { 'catalog.json': bytes }
    this.#take(catalog)
    this.#catalogHash = version
    // Not waited for here: a new shopper's first list needs no disk.
    this.#catalogKept = this.#keep({ key: 'catalog', version, url, time: this.#deps.now(), files })
  }

  async #startModel(
    signal: AbortSignal,
    onPopularity: (popularity: PopularityPart) => void,
  ): Promise<boolean> {
    if (await this.#readKeptModel()) return true
    try {
      await this.#fetchModel({ signal, onPopularity, latest: this.#deps.config.latest })
    } catch (error) {
      if (signal.aborted) return false
      const cause = NearsideError.from(error, 'model-unreachable', 'The base model failed')
      const order = this.#popularity ? 'show what sells' : "are in the shop's order"
      const message = `${cause.message} Until it can be had, lists ${order}.`
      this.#deps.notices.add(new NearsideError(cause.code, message, { cause }))
    }
    return false
  }

  async #readKeptModel(): Promise<boolean> {
    const { config, notices, store } = this.#deps
    const kept = await store.download('model').catch(() => null)
    if (kept?.url !== config.baseModel) return false
    if (kept.version === this.#loaded?.hash) return true
    try {
      this.#loaded = await readDownload(kept)
      return true
    } catch (error) {
      notices.add(error, 'model-corrupt', 'The stored base model is damaged; it is fetched anew')
      return false
    }
  }

  /** True when a newer one was adopted. */
  async #fetchModel(
    options: Pick<FetchModelOptions, 'signal' | 'onPopularity' | 'latest'>,
  ): Promise<boolean> {
    const { config, store, transport } = this.#deps
    const directory = config.baseModel
    const now = this.#deps.now()
    // Bytes that could not be read back are no reason to skip the download.
    const hash = this.#loaded?.hash
    const stored = hash ? await store.download('model').catch(() => null) : null
    const kept = stored?.version === hash ? stored : null
    const fetched = await fetchModel({ transport, directory, kept, now, ...options })
    if (!fetched) return false
    await this.#keep(fetched.download)
    const adopted = fetched.loaded.hash !== this.#loaded?.hash
    this.#loaded = fetched.loaded
    return adopted
  }

  /** Not being able to keep it is no reason not to use it. */
  async #keep(download: Download): Promise<void> {
    try {
      await this.#deps.store.putDownload(download)
    } catch (error) {
      this.#deps.notices.add(error, 'storage-full', `The ${download.key} could not be kept`)
    }
  }
}

/** How far below the price of when the model was made each item is now: log of the ratio, ≥ 0. */
function discountsOf({ itemIds, statistics }: BaseModel, catalog: Catalog): Float32Array {
  return Float32Array.from(itemIds, (id, row) => {
    const price = catalog.get(id)?.price ?? 0
    const discount = price > 0 ? statistics.logPrice[row] - Math.log(price) : 0
    return discount >= LEAST_DISCOUNT ? discount : 0
  })
}

/** As the base model orders them for somebody of whom it knows nothing. */
function byPopularity(order: CatalogOrder, popularity: PopularityPart): CatalogOrder {
  const sold = new Map(popularity.itemIds.map((id, row) => [id, popularity.popularity30[row]]))
  const sales = order.ids.map((id) => sold.get(id) ?? 0)
  const sorted = order.ids.map((_, place) => place).sort((a, b) => sales[b] - sales[a])
  return {
    ids: sorted.map((place) => order.ids[place]),
    categories: sorted.map((place) => order.categories[place]),
  }
}

function parseCatalog(bytes: Uint8Array | undefined): Catalog {
  return Catalog.parse(readJson(bytes, 'catalog-invalid', 'The catalog is not readable JSON'))
}
