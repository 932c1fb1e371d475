/**
 * @module Catalog and base model, which are the same for every shopper. Stored copies answer at once; meanwhile the
 * network is asked, and its answer is used once verified.
 */

import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { createTitleIndex, type FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { contextValue } from '@nearside/core/features/context/context.ts'
import { discountOf } from '@nearside/core/features/context/discount.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { PopularityPart } from '@nearside/core/model/parts.ts'
import { withContext } from '@nearside/core/model/score.ts'
import type { Reason } from '@nearside/core/ranking/apiLists.ts'
import { type CatalogOrder, EMPTY_ORDER, orderOf } from '@nearside/core/ranking/catalogOrder.ts'
import type { ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { bestSellersOf, isLarge, LARGE, Ranker } from '@nearside/core/ranking/ranker.ts'
import { DAY } from '@nearside/core/time.ts'
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import {
  type FetchModelOptions,
  fetchModel,
  type LoadedModel,
  readDownload,
  readLatestFile,
} from '../learning/modelSource.ts'
import type { Download } from '../storage/store.ts'
import { createFiles, type KeptFile, type OpenFile } from './keptFile.ts'
import { createNewItems, type NewItems } from './newItems.ts'
import type { Parts } from './parts.ts'
import type { Releases } from './releases.ts'
import type { ShopRules } from './shopRules.ts'

interface ShopDeps
  extends Pick<Parts, 'clock' | 'config' | 'context' | 'notices' | 'now' | 'onDemand' | 'nextTask'>,
    Pick<Parts, 'store' | 'transport'> {
  /** Called when lists may have changed without a request. */
  readonly rebuilt: () => void
}

export class Shop {
  readonly #deps: ShopDeps
  readonly #newItems: NewItems
  #releases: Releases | null = null
  #catalog: Catalog | null = null
  /** Null if the page passed the catalog itself. */
  readonly #catalogFile: KeptFile | null
  readonly #openFile: OpenFile
  #rules: ShopRules | null = null
  /** Title index of the current catalog, built on first use. */
  #titles: { readonly of: Catalog; readonly find: FindByTitle } | null = null
  #loaded: LoadedModel | null = null
  #ranker: Ranker | null = null
  #order: CatalogOrder = EMPTY_ORDER
  /** Popularity by id. On a first download it arrives before the rest of the model. */
  #sold: ReadonlyMap<string, number> | null = null
  #bestSellers: ReadonlySet<string> = new Set()
  #firstOrder: CatalogOrder | null = null

  constructor(deps: ShopDeps) {
    this.#deps = deps
    const { clock, config, now, notices, nextTask, rebuilt, store, transport } = deps
    const found = () => this.#build().then(rebuilt, (error) => notices.add(error))
    const keep = (download: Omit<Download, 'time'>) => this.#keep({ ...download, time: now() })
    this.#newItems = createNewItems({ clock, found, keep, nextTask, store })
    this.#openFile = createFiles({ keep, notices, store, transport })
    this.#catalogFile =
      typeof config.catalog === 'string'
        ? this.#openFile('catalog', config.catalog, (value) => this.#take(Catalog.parse(value)))
        : null
  }

  /** Stops background work. */
  stop(): void {
    this.#newItems.stop()
  }

  get catalog(): Catalog | null {
    return this.#catalog
  }

  /** Base model without items that only the catalog has. */
  get loaded(): LoadedModel | null {
    return this.#loaded
  }

  /** Signed release of the model in use; null if the shop names no keys. */
  get signed(): NonNullable<PersonalizerSnapshot['model']>['signed'] {
    const { modelKeys } = this.#deps.config
    const { signed } = this.#loaded?.latest ?? {}
    if (!modelKeys || !signed) return null
    const { release, expires } = signed
    return { release, expires, byHelper: modelKeys.helper !== undefined }
  }

  /**
   * Base model for computing updates. It uses the shop's context but no discounts, because past discounts are
   * unknown.
   */
  get toImprove(): LoadedModel | null {
    const known = { at: this.#deps.context.at, discountsAt: () => null }
    return this.#loaded && { ...this.#loaded, model: withContext(this.#loaded.model, known) }
  }

  /** Ranker; null until a base model is loaded. */
  get ranker(): Ranker | null {
    return this.#ranker
  }

  /** The shop's rules; null if there are none or they can't be loaded. */
  get rules(): ShopRules | null {
    return this.#rules
  }

  /** Available items in the shop's order. */
  get order(): CatalogOrder {
    return this.#order
  }

  /** Available items in a new shopper's order; complete once the whole model is loaded. */
  get firstOrder(): CatalogOrder {
    return this.#firstOrder ?? this.#order
  }

  /** Reason for an item in `firstOrder`. */
  readonly firstReason = (item: string): Reason => {
    if (!this.#sold) return { kind: 'shop-order' }
    if (!this.#sold.has(item)) return { kind: 'new' }
    return { kind: this.#bestSellers.has(item) ? 'popular' : 'shop-order' }
  }

  /** Score of an item in `firstOrder`; undefined while sales are unknown. */
  readonly firstScore = (item: string): number | undefined =>
    this.#sold ? (this.#sold.get(item) ?? 0) : undefined

  /** Whether the price is below the usual price, as far as the base model knows it. */
  readonly isOffer = (item: string): boolean => {
    const row = this.rowOf(item)
    if (!this.#ranker || !this.#catalog || row === undefined) return false
    return discountOf(this.#ranker.model, this.#catalog, row) > 0
  }

  /** Whether the item exists; without a catalog and a model, any item may. */
  readonly knows = (item: string): boolean => {
    if (!this.#catalog && !this.#ranker) return true
    return this.#catalog?.get(item) !== undefined || this.rowOf(item) !== undefined
  }

  readonly rowOf = (item: string): number | undefined => this.#ranker?.rowOf(item)

  /** Items that a query is about; empty without a catalog. */
  readonly find: FindByTitle = (query) => {
    const catalog = this.#catalog
    if (!catalog) return []
    if (this.#titles?.of !== catalog)
      this.#titles = { of: catalog, find: createTitleIndex(catalog.items) }
    return this.#titles.find(query)
  }

  /**
   * Uses stored copies, and fetches only the missing files. Never rejects.
   * @param first called once if a new shopper's list is possible before the whole model is loaded
   * @returns whether the base model was stored already
   */
  async start(first: () => void, signal: AbortSignal): Promise<boolean> {
    const ready = Promise.all([this.#startCatalog(), this.#startRules()])
    // Loads the code in parallel with the model's download. Later users of the code report a failure.
    this.#openReleases().catch(() => undefined)
    const onPopularity = async ({ itemIds, popularity30 }: PopularityPart) => {
      this.#sold = new Map(itemIds.map((id, row) => [id, popularity30[row]]))
      const best = highestRows(popularity30, bestSellersOf(itemIds.length))
      this.#bestSellers = new Set(
        best.filter((row) => popularity30[row] > 0).map((row) => itemIds[row]),
      )
      await ready
      await this.#build()
      first()
    }
    const [kept] = await Promise.all([this.#startModel(signal, onPopularity), ready])
    await this.#filesKept()
    await this.#build()
    return kept
  }

  /** Reads the catalog, rules and base model that another tab stored. */
  async reload(): Promise<void> {
    await Promise.all([this.#readKeptModel(), ...this.#files.map((file) => file.readKept())])
    await this.#build()
  }

  /**
   * Asks the network for a newer catalog, newer rules and a newer base model.
   * @returns whether the model and the files changed
   * @throws NearsideError if the base model can't be loaded; the old model stays
   */
  async update(
    signal?: AbortSignal,
  ): Promise<{ readonly model: boolean; readonly files: boolean }> {
    const [catalog, rules, loaded] = [this.#catalog, this.#rules?.all, this.#loaded]
    await Promise.all(this.#files.map((file) => file.update()))
    await this.#filesKept()
    const files = this.#catalog !== catalog || this.#rules?.all !== rules
    try {
      return { model: await this.#fetchModel({ signal }), files }
    } finally {
      if (this.#catalog !== catalog || this.#loaded !== loaded) await this.#build()
    }
  }

  get #files(): readonly KeptFile[] {
    return [this.#catalogFile, this.#rules?.file].filter((file) => !!file)
  }

  async #filesKept(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.kept()))
  }

  async #build(): Promise<void> {
    // Load this before reading the model: a new model may arrive in the meantime.
    const scoreInPart = await this.#scoreInPart()
    const catalog = this.#catalog
    this.#order = orderOf(catalog?.items ?? [])
    if (!this.#loaded) {
      this.#firstOrder = this.#sold && byPopularity(this.#order, this.#sold)
      return
    }
    const loaded = this.#loaded
    const known = await this.#newItems.extend(loaded, catalog?.items ?? [])
    // A model or catalog that arrived meanwhile is built by its own call.
    if (this.#loaded !== loaded || this.#catalog !== catalog) return
    const discounts =
      known.context && catalog
        ? Float32Array.from(known.itemIds, (_, row) => discountOf(known, catalog, row))
        : null
    const { context, now } = this.#deps
    const model = withContext(known, {
      at: context.at,
      // Past prices are not stored, so discounts count only for the last day.
      discountsAt: (time) => (now() - time < DAY ? discounts : null),
    })
    this.#ranker = new Ranker(model, catalog, isLarge(model) ? scoreInPart : null)
    if (catalog) return
    this.#order = { ids: model.itemIds, categories: model.itemIds.map(() => '') }
  }

  /** Scoring for large catalogs; null for smaller catalogs, and, with a notice, if its code can't be loaded. */
  async #scoreInPart(): Promise<ScoreInPart | null> {
    const known = this.#loaded?.model.itemIds.length ?? 0
    // The model and the catalog together contain at most this many items.
    if (!known || known + (this.#catalog?.items.length ?? 0) <= LARGE) return null
    try {
      return (await this.#deps.onDemand()).scoreInPart
    } catch (cause) {
      const message =
        'Code for large catalogs could not be loaded; lists take longer until it can be.'
      this.#deps.notices.add(new NearsideError('engine-failed', message, { cause }))
      return null
    }
  }

  async #startCatalog(): Promise<void> {
    try {
      await this.#catalogFile?.start()
      if (!this.#catalogFile) this.#take(Catalog.parse(this.#deps.config.catalog))
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

  async #startRules(): Promise<void> {
    const { config, notices, now } = this.#deps
    if (!config.rules) return
    try {
      const { ShopRules } = await import('./shopRules.ts')
      const openFile = this.#openFile
      const given = config.rules
      const context = (name: string) => contextValue(name, now(), this.#deps.context)
      this.#rules = new ShopRules({ given, openFile, shop: this, context, notices, now })
      await this.#rules.file?.start()
    } catch (error) {
      notices.add(error, 'rules-invalid', 'The shop’s rules could not be loaded; lists do without')
    }
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
      const order = this.#sold ? 'show what sells' : "are in the shop's order"
      const message = `${cause.message} Until it can be had, lists ${order}.`
      this.#deps.notices.add(new NearsideError(cause.code, message, { cause }))
    }
    return false
  }

  /** Loads the check of signed releases; null if the shop names no keys. */
  async #openReleases(): Promise<Releases | null> {
    if (!this.#deps.config.modelKeys) return null
    const { createReleases } = await import('./releases.ts')
    this.#releases ??= createReleases({ ...this.#deps, readLatestFile })
    return this.#releases
  }

  async #readKeptModel(): Promise<boolean> {
    const { config, notices, store } = this.#deps
    const kept = await store.download('model').catch(() => null)
    if (kept?.url !== config.baseModel) return false
    if (kept.version === this.#loaded?.hash) return true
    try {
      if ((await (await this.#openReleases())?.isVouched(kept)) === false) return false
      this.#loaded = await readDownload(kept)
      return true
    } catch (error) {
      notices.add(error, 'model-corrupt', 'The stored base model is damaged; it is fetched anew')
      return false
    }
  }

  /** True if a newer base model was adopted. */
  async #fetchModel(
    options: Pick<FetchModelOptions, 'signal' | 'onPopularity' | 'latest'>,
  ): Promise<boolean> {
    const { config, store, transport } = this.#deps
    const directory = config.baseModel
    const now = this.#deps.now()
    // The download may be skipped only if the stored bytes can be read back.
    const hash = this.#loaded?.hash
    const stored = hash ? await store.download('model').catch(() => null) : null
    const kept = stored?.version === hash ? stored : null
    const check = (await this.#openReleases())?.check
    const fetched = await fetchModel({ transport, directory, kept, now, check, ...options })
    if (!fetched) return false
    await this.#keep(fetched.download)
    const adopted = fetched.loaded.hash !== this.#loaded?.hash
    this.#loaded = fetched.loaded
    return adopted
  }

  /** Stores a download. If that fails, the device still uses the download and adds a notice. */
  async #keep(download: Download): Promise<void> {
    try {
      await this.#deps.store.putDownload(download)
    } catch (error) {
      this.#deps.notices.add(error, 'storage-full', `The ${download.key} could not be kept`)
    }
  }
}

/** Orders items as the base model does for a cold-start user. */
function byPopularity(order: CatalogOrder, sold: ReadonlyMap<string, number>): CatalogOrder {
  const sales = order.ids.map((id) => sold.get(id) ?? 0)
  const sorted = order.ids.map((_, place) => place).sort((a, b) => sales[b] - sales[a])
  return {
    ids: sorted.map((place) => order.ids[place]),
    categories: sorted.map((place) => order.categories[place]),
  }
}
