/**
 * @module Catalog and base model, which are the same for every shopper. The device uses the stored copies at once; it
 * then asks the network, and uses newer copies once it has verified them.
 */

import { Catalog, createVariants, type VariantsOf } from '@nearside/core/catalog/catalog.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { createTitleIndex, type FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { PopularityPart } from '@nearside/core/model/parts.ts'
import { withContext } from '@nearside/core/model/score.ts'
import { isLarge, LARGE } from '@nearside/core/ranking/candidateSource.ts'
import { type CatalogOrder, EMPTY_ORDER, orderOf } from '@nearside/core/ranking/catalogOrder.ts'
import type { ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { DAY } from '@nearside/core/time.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import { Downloads, type KeptFile } from './downloads.ts'
import type { LiveFile } from './liveFile.ts'
import { Model } from './model.ts'
import { NewItems } from './newItems.ts'
import type { Services } from './services.ts'
import type { ShopRules } from './shopRules.ts'
import { FirstOrder } from './unranked.ts'

type ContextTerms = typeof import('./contextTerms.ts')

export class Shop {
  readonly #services: Services
  readonly #downloads: Downloads
  readonly #model: Model
  readonly #newItems: NewItems
  #catalog: Catalog | null = null
  /** Catalog as published: usual prices, without live changes. */
  #published: Catalog | null = null
  /** Content of `catalog`. */
  #applied: { readonly published: Catalog | null; readonly changes: LiveChanges | null } = {
    published: null,
    changes: null,
  }
  /** SHA-256 of the catalog's file; empty if the page passed the catalog itself. */
  #version = ''
  /** The shop's live file; null if there is none or its code can't be loaded. */
  live: LiveFile | null = null
  /** Null if the page passed the catalog itself. */
  readonly #catalogFile: KeptFile | null
  variantsOf: VariantsOf = () => []
  #rules: ShopRules | null = null
  /** Title index of the current catalog, built on first use. */
  #titles: { readonly of: Catalog; readonly find: FindByTitle } | null = null
  #ranker: Ranker | null = null
  #order: CatalogOrder = EMPTY_ORDER
  /** Null before a model with context terms is loaded. */
  contextTerms: ContextTerms | null = null
  /** Order of a new shopper's list while there is no ranker. */
  readonly first = new FirstOrder()

  constructor(services: Services) {
    this.#services = services
    this.#downloads = new Downloads(services)
    this.#model = new Model(services, this.#downloads)
    this.#newItems = new NewItems(services, this.#downloads, () => this.#rebuild())
    const { catalog } = services.config
    this.#catalogFile =
      typeof catalog === 'string'
        ? this.#downloads.file('catalog', catalog, (value, version) => this.#take(value, version))
        : null
  }

  stop(): void {
    this.#newItems.stop()
  }

  get catalog(): Catalog | null {
    return this.#catalog
  }

  /** Live changes that the catalog contains; null for none. */
  get changes(): LiveChanges | null {
    return this.#applied.changes
  }

  /** Base model without items that only the catalog has. */
  get loaded(): LoadedModel | null {
    return this.#model.loaded
  }

  get signed(): Model['signed'] {
    return this.#model.signed
  }

  /**
   * Base model for computing updates. It uses the shop's context but no discounts, because past discounts are
   * unknown.
   */
  get toImprove(): LoadedModel | null {
    const known = { at: this.#services.context.at, discountsAt: () => null }
    return this.loaded && { ...this.loaded, model: withContext(this.loaded.model, known) }
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

  /** Whether the item exists; without a catalog and a model, any item may. */
  readonly knows = (item: string): boolean => {
    if (!this.#catalog && !this.#ranker) return true
    return this.#catalog?.get(item) !== undefined || this.rowOf(item) !== undefined
  }

  /** Id of the item; for a product with variants, id of one variant; undefined for an unknown id. */
  readonly knownAs = (item: string): string | undefined =>
    this.knows(item) ? item : this.variantsOf(item)[0]

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
    this.#model.openReleases().catch(() => undefined)
    const onPopularity = async (popularity: PopularityPart) => {
      this.first.take(popularity)
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
    await Promise.all([this.#model.readKept(), ...this.#files.map((file) => file.readKept())])
    this.#applyChanges()
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
    const [catalog, rules, loaded] = [this.#catalog, this.#rules?.all, this.loaded]
    const published = this.#published
    await Promise.all(
      this.#files.filter((file) => file !== this.live?.file).map((file) => file.update()),
    )
    // Live changes belong to one catalog: a new catalog needs its own.
    if (this.#published !== published) await this.live?.file.update()
    this.#applyChanges()
    await this.#filesKept()
    const files = this.#catalog !== catalog || this.#rules?.all !== rules
    try {
      return { model: await this.#model.fetch({ signal }), files }
    } finally {
      if (this.#catalog !== catalog || this.loaded !== loaded) await this.#build()
    }
  }

  /**
   * Asks the network for newer live changes, and for the catalog that they belong to.
   * @returns whether the catalog changed
   */
  async updateLive(): Promise<boolean> {
    const catalog = this.#catalog
    await this.live?.file.update()
    if (this.live?.content && !this.#matching) await this.#catalogFile?.update()
    this.#applyChanges()
    await this.#filesKept()
    if (this.#catalog === catalog) return false
    await this.#build()
    return true
  }

  get #files(): readonly KeptFile[] {
    return [this.#catalogFile, this.live?.file, this.#rules?.file].filter((file) => !!file)
  }

  async #filesKept(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.kept()))
  }

  /** Builds the ranker again without a request, and announces it. */
  #rebuild(): void {
    const { bus, notices } = this.#services
    this.#build().then(
      () => {
        bus.emit('lists', null)
        bus.emit('rebuilt', null)
      },
      (error) => notices.add(error),
    )
  }

  async #build(): Promise<void> {
    // Load these before reading the model: a new model may arrive in the meantime.
    const [scoreInPart, contextTerms] = await Promise.all([
      this.#scoreInPart(),
      this.#loadContextTerms(),
    ])
    const catalog = this.#catalog
    this.#order = orderOf(catalog?.items ?? [])
    if (!this.loaded) {
      this.first.sort(this.#order)
      return
    }
    const loaded = this.loaded
    const known = await this.#newItems.extend(loaded, catalog?.items ?? [])
    // If a model or catalog arrived in the meantime, its own call builds the ranker.
    if (this.loaded !== loaded || this.#catalog !== catalog) return
    const discounts = (catalog && contextTerms?.discountsOf(known, catalog)) ?? null
    const { context, now } = this.#services
    const model = withContext(known, {
      at: context.at,
      // Past prices are not stored, so discounts count only for the last day.
      discountsAt: (time) => (now() - time < DAY ? discounts : null),
    })
    this.#ranker = new Ranker(model, catalog, isLarge(model) ? scoreInPart : null)
    if (catalog) return
    this.#order = { ids: model.itemIds, categories: model.itemIds.map(() => '') }
  }

  /** Code of the context terms; null for a model without them, and, with a notice, if it can't be loaded. */
  async #loadContextTerms(): Promise<ContextTerms | null> {
    if (!this.loaded?.model.context) return null
    try {
      this.contextTerms ??= await import('./contextTerms.ts')
    } catch (cause) {
      const message =
        'Code for the shop’s context could not be loaded; discounts and reasons lack it'
      this.#services.notices.add(new NearsideError('engine-failed', message, { cause }))
    }
    return this.contextTerms
  }

  /** Scoring for large catalogs; null for smaller catalogs, and, with a notice, if its code can't be loaded. */
  async #scoreInPart(): Promise<ScoreInPart | null> {
    const known = this.loaded?.model.itemIds.length ?? 0
    // The sum is an upper bound, because model and catalog share items.
    if (!known || known + (this.#catalog?.items.length ?? 0) <= LARGE) return null
    try {
      return (await this.#services.onDemand()).scoreInPart
    } catch (cause) {
      const message =
        'Code for large catalogs could not be loaded; lists take longer until it can be.'
      this.#services.notices.add(new NearsideError('engine-failed', message, { cause }))
      return null
    }
  }

  async #startCatalog(): Promise<void> {
    try {
      await Promise.all([this.#catalogFile?.start(), this.#startLive()])
      if (!this.#catalogFile) this.#take(this.#services.config.catalog)
      this.#applyChanges()
    } catch (error) {
      this.#services.notices.add(error, 'catalog-invalid', 'The catalog is not usable')
    }
  }

  async #startLive(): Promise<void> {
    const { config, notices } = this.#services
    if (!config.live) return
    try {
      const { LiveFile } = await import('./liveFile.ts')
      this.live = new LiveFile(this.#downloads, config.live)
      await this.live.start()
    } catch (error) {
      notices.add(error, 'catalog-invalid', 'Code for live prices could not be loaded')
    }
  }

  /** Newest live changes; null for none, and for those of another catalog. */
  get #matching(): LiveChanges | null {
    const { content = null } = this.live ?? {}
    return content?.catalog === this.#version ? content : null
  }

  /** Applies the live changes, where they or the published catalog are new. */
  #applyChanges(): void {
    const [published, changes] = [this.#published, this.#matching]
    if (!published || (this.#applied.published === published && this.#applied.changes === changes))
      return
    this.#applied = { published, changes }
    const current = this.live?.applyTo(published.items, changes) ?? published.items
    const items = atPrices(current, this.#services.now())
    this.#catalog = new Catalog(items, published.faults)
    this.variantsOf = createVariants(items)
  }

  #take(value: unknown, version = ''): void {
    const { notices } = this.#services
    this.#published = Catalog.parse(value)
    this.#version = version
    const { faults, size } = this.#published
    if (faults.length === 0) return
    const message = `${faults.length} of the ${size + faults.length} rows of the catalog can't be used and are left out, e.g. ${faults[0]}.`
    notices.add(new NearsideError('catalog-invalid', message))
  }

  async #startRules(): Promise<void> {
    const { config, notices } = this.#services
    if (!config.rules) return
    try {
      const { ShopRules } = await import('./shopRules.ts')
      this.#rules = new ShopRules(this.#services, this, this.#downloads, config.rules)
      await this.#rules.file?.start()
    } catch (error) {
      notices.add(error, 'rules-invalid', 'The shop’s rules could not be loaded and are not used')
    }
  }

  async #startModel(
    signal: AbortSignal,
    onPopularity: (popularity: PopularityPart) => void,
  ): Promise<boolean> {
    const { config, notices } = this.#services
    if (await this.#model.readKept()) return true
    try {
      await this.#model.fetch({ signal, onPopularity, latest: config.latest })
    } catch (error) {
      if (signal.aborted) return false
      const cause = NearsideError.from(error, 'model-unreachable', 'The base model failed')
      const order = this.first.isKnown ? 'show what sells' : "are in the shop's order"
      const message = `${cause.message} Until it can be loaded, lists ${order}.`
      notices.add(new NearsideError(cause.code, message, { cause }))
    }
    return false
  }
}
