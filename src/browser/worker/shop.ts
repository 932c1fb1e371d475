/**
 * @module Catalog and base model, which are the same for every shopper. The device uses their stored copies at once,
 * then asks the network for newer ones, and uses these once it has verified them.
 */

import type { Catalog, VariantsOf } from '@nearside/core/catalog/catalog.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import type { FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { ContextSource } from '@nearside/core/features/context/context.ts'
import { followClock } from '@nearside/core/followClock.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { withContext } from '@nearside/core/model/score.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { isLarge, LARGE } from '@nearside/core/ranking/candidateSource.ts'
import { type CatalogOrder, EMPTY_ORDER, orderOf } from '@nearside/core/ranking/catalogOrder.ts'
import type { ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { DAY } from '@nearside/core/time.ts'
import { type KnownPopularity, type LoadedModel, readLatestFile } from '../learning/modelSource.ts'
import type { WorkerSnapshot } from '../messages.ts'
import { createKeptFile, type KeptFile } from './downloads.ts'
import type { LiveFile } from './liveFile.ts'
import { Model } from './model.ts'
import { createNewItems } from './newItems.ts'
import { loadOptional, type Services } from './services.ts'
import { ShopCatalog } from './shopCatalog.ts'
import type { ShopRules } from './shopRules.ts'
import { ShopTail } from './shopTail.ts'
import { FirstOrder, isFromHead } from './unranked.ts'

type ContextTerms = typeof import('./contextTerms.ts')

/** The shop without its tail (products loaded when needed), so that fits and updates don't depend on what is loaded. */
interface HeadOnly extends Pick<Shop, 'find' | 'knows' | 'rowOf'> {
  readonly model: BaseModel
}

export class Shop {
  readonly #services: Services
  readonly #model: Model
  readonly #newItems: ReturnType<typeof createNewItems>
  readonly #catalog: ShopCatalog
  /** The shop's rules; null if there are none or they can't be loaded. */
  rules: ShopRules | null = null
  readonly tail: ShopTail
  /** The shop without its tail (products loaded when needed); null without a tail, or before the model is loaded. */
  headOnly: HeadOnly | null = null
  #modelThere: Promise<unknown> = Promise.resolve()
  #ruled: Promise<void> = Promise.resolve()
  #stopClock = () => {}
  /** Time up to which begins and ends of sales and rules have been announced, milliseconds since the epoch. */
  #announcedAt: number
  #isStopped = false
  /** Null until a base model is loaded. */
  ranker: Ranker | null = null
  /** Available items in the catalog's sequence. */
  order: CatalogOrder = EMPTY_ORDER
  /**
   * Resolves when no list has to wait any more: the whole catalog and the popularity of all items are known (or loading
   * one of the two has failed), and prices and stock are checked.
   */
  whole: Promise<unknown> = Promise.resolve()
  /**
   * Resolves when the device knows the catalog and whether there is a tail, or loading what it lacks has failed.
   * Captured events wait for no more than this, because the page could close soon.
   */
  stocked: Promise<unknown> = Promise.resolve()
  /** Whether lists may be shown: prices and stock are checked in this visit, or the check takes too long. */
  #isChecked = false
  /** Whether only the first part of the catalog or of the model has arrived. */
  #isPartial = true
  /** Code for the parts of a score that depend on weather and the like; null before a model with such parts is loaded. */
  contextTerms: ContextTerms | null = null
  readonly first = new FirstOrder()

  constructor(services: Services) {
    this.#services = services
    this.#announcedAt = services.now()
    this.#model = new Model(services)
    this.#newItems = createNewItems(services, () => void this.#rebuild())
    this.#catalog = new ShopCatalog(services)
    this.tail = new ShopTail(services, this, () => {
      this.#catalog.setTail(this.tail.current?.items() ?? [])
      return this.#rebuild()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#stopClock()
    this.#newItems.stop()
  }

  /**
   * Announces changed lists whenever a sale or a rule begins or ends. Call this after each change of catalog or rules;
   * it also announces what began or ended since the last announcement, e.g. while the device slept.
   */
  #followClock(): void {
    const { bus } = this.#services
    const nextAfter = (time: number) => {
      const { pricesUntil } = this.#catalog
      return Math.min(pricesUntil, this.rules?.nextChange(this.rules.all, time) ?? pricesUntil)
    }
    const announce = (time: number) => {
      const { catalog } = this
      this.#announcedAt = time
      this.#catalog.apply()
      if (this.catalog === catalog) bus.emit('lists', null)
      else this.#rebuild()
    }
    this.#stopClock()
    if (!this.#isStopped)
      this.#stopClock = followClock(this.#announcedAt, nextAfter, announce, this.#services)
  }

  get catalog(): Catalog | null {
    return this.#catalog.current
  }

  get changes(): LiveChanges | null {
    return this.#catalog.changes
  }

  get live(): LiveFile | null {
    return this.#catalog.live
  }

  get variantsOf(): VariantsOf {
    return this.#catalog.variantsOf
  }

  /** Base model as loaded, without the products that only the catalog has. */
  get loaded(): LoadedModel | null {
    return this.#model.loaded
  }

  /** Signed release of the model in use; null if the shop names no keys. */
  get signed(): NonNullable<WorkerSnapshot['model']>['signed'] {
    const { modelKeys } = this.#services.config
    const { signed } = this.loaded?.latest ?? {}
    if (!modelKeys || !signed) return null
    const { release, expires } = signed
    return { release, expires, byHelper: modelKeys.helper !== undefined }
  }

  /**
   * Base model for computing the updates that a shopper contributes. This model uses the shop's context but no
   * discounts, because past discounts are unknown.
   */
  get toImprove(): LoadedModel | null {
    const known = { at: this.#services.context.at, discountsAt: () => null }
    return this.loaded && { ...this.loaded, model: withContext(this.loaded.model, known) }
  }

  /**
   * Whether a list has to wait, because products of the catalog have not arrived, or their prices and stock are not
   * checked. `rerank` doesn't wait for the check, because the page shows its own products meanwhile.
   */
  readonly lacks = (query: ListQuery): boolean => {
    if (query.kind !== 'rerank' && !this.#isChecked) return true
    // Rules can name items or categories that the first part of the catalog lacks.
    const choosesItems = this.rules?.all.some((rule) => 'only' in rule || 'pin' in rule)
    return this.#isPartial && (choosesItems || !isFromHead(query))
  }

  /** Whether the item exists. Without a catalog and a model, every item counts as existing. */
  readonly knows = (item: string): boolean => {
    if (!this.catalog && !this.ranker) return true
    return this.catalog?.get(item) !== undefined || this.rowOf(item) !== undefined
  }

  /**
   * Id of the item; for a product with variants, id of one variant. An unknown id gives undefined, or itself if the
   * catalog has a tail (products loaded when needed); learning ignores such a product until it is loaded.
   */
  readonly knownAs = (item: string): string | undefined =>
    this.knows(item) ? item : (this.variantsOf(item)[0] ?? (this.tail.exists ? item : undefined))

  readonly rowOf = (item: string): number | undefined => this.ranker?.rowOf(item)

  readonly find: FindByTitle = (query) => this.#catalog.find(query)

  /**
   * Uses stored copies and fetches only missing files. Never rejects.
   * @param first called as soon as a new shopper's list can be made, if that is before the whole model is loaded
   * @param checkLive checks a live file that an earlier visit stored
   * @returns whether the base model was stored already
   */
  async start(
    first: () => void,
    checkLive: () => Promise<void> | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const rules = this.#startRules()
    this.#ruled = rules
    const stocked = this.#catalog.start(() => this.#rebuild())
    const files = Promise.all([stocked, rules])
    let [named, ordered] = [() => {}, () => {}]
    this.stocked = Promise.all([stocked, new Promise<void>((there) => (named = there))])
    const order = new Promise<void>((there) => (ordered = there))
    const ready = Promise.all([files, order])
    // Once the catalog, the rules and the popularity of all items have arrived, all lists are possible.
    const arrived = () => {
      this.#isPartial = false
    }
    const whole = ready.then(() => this.first.order && this.#rebuild(arrived)).finally(arrived)
    this.whole = Promise.all([whole, this.#checkStored(checkLive)])
    // Load the code for signed releases while the model is downloaded. A failure is reported when the code is used.
    this.#model.openReleases().catch(() => undefined)
    const onPopularity = async (popularity: KnownPopularity) => {
      this.tail.isExpected = popularity.hasTail
      named()
      const isFirst = !this.first.isKnown
      this.first.take(popularity)
      if (this.first.isWhole) ordered()
      if (!isFirst) return
      await Promise.all([this.#catalog.head, rules])
      if (!this.first.isIn(this.catalog)) await ready
      await this.#build()
      first()
    }
    const meanwhile = () => (this.first.isKnown ? 'show best sellers' : "are in the shop's order")
    const loading = this.#model.start(signal, onPopularity, meanwhile).finally(() => {
      named()
      ordered()
    })
    this.#modelThere = loading
    const [kept] = await Promise.all([loading, ready])
    await Promise.all([this.#filesKept(), whole])
    // A check of live.json (new prices and stock) can change the catalog meanwhile; then the ranker is built again.
    while (!this.ranker) {
      await this.#build()
      if (!this.loaded) break
    }
    await this.tail.start()
    return kept
  }

  /** Reads the catalog, rules and base model that another tab stored. */
  async reload(): Promise<void> {
    await Promise.all([this.#model.readKept(), ...this.#files.map((file) => file.readKept())])
    this.#catalog.apply()
    await this.#build()
    await this.tail.start()
  }

  /**
   * Asks the network for a newer catalog, newer rules and a newer base model.
   * @returns whether the model and the files changed, and why the model can't be loaded; the old model stays then
   */
  async update(): Promise<{
    readonly model: boolean
    readonly files: boolean
    readonly refused?: { readonly error: unknown }
  }> {
    const [catalog, rules, loaded] = [this.catalog, this.rules?.all, this.loaded]
    await Promise.all([this.#catalog.update(), this.rules?.update()])
    await this.#filesKept()
    const files = this.catalog !== catalog || this.rules?.all !== rules
    const fetched = await this.#model.fetch({}).then(
      (model) => ({ model }),
      (error) => ({ model: false, refused: { error } }),
    )
    if (this.catalog !== catalog || this.loaded !== loaded) await this.#build()
    this.#followClock()
    await this.tail.start()
    return { ...fetched, files }
  }

  /** Lists wait for this check of an earlier visit's prices and stock, but only briefly. */
  async #checkStored(check: () => Promise<void> | undefined): Promise<void> {
    await this.#catalog.head
    await this.live?.checkStored(check)
    this.#isChecked = true
    if (this.live) this.#services.bus.emit('lists', null)
  }

  /**
   * Asks the network for a newer `live.json` (prices and stock), and for the catalog that it belongs to.
   * @returns whether the catalog changed
   */
  async updateLive(): Promise<boolean> {
    const { catalog } = this
    await this.#catalog.updateLive()
    await this.#filesKept()
    if (this.catalog === catalog) return false
    await this.#build()
    return true
  }

  get #files(): readonly KeptFile[] {
    return [...this.#catalog.files, this.rules?.file].filter((file) => !!file)
  }

  async #filesKept(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.stored()))
  }

  /** Builds the ranker again without a request. */
  #rebuild(built = () => {}): Promise<void> {
    const { bus, notices } = this.#services
    return this.#build().then(
      () => {
        built()
        bus.emit('lists', null)
        bus.emit('rebuilt', null)
      },
      (error) => notices.add(error),
    )
  }

  async #build(): Promise<void> {
    // Load this code before reading `this.loaded` below, because a new model could arrive meanwhile.
    const [scoreInPart, contextTerms] = await Promise.all([
      this.#scoreInPart(),
      this.#loadContextTerms(),
    ])
    if (this.tail.dropOld(this.loaded)) this.#catalog.setTail([])
    // Announce sales of the tail's products (loaded when needed), too.
    this.#followClock()
    const { catalog } = this
    this.order = orderOf(catalog?.items ?? [])
    if (!this.loaded) {
      this.first.sort(this.order)
      return
    }
    const loaded = this.loaded
    const { current: tail } = this.tail
    // The model knows the tail's products, so the search for new items leaves them out.
    const ofTail = new Set(tail?.items().map(({ id }) => id))
    const others = (catalog?.items ?? []).filter(({ id }) => !ofTail.has(id))
    const known = await this.#newItems.extend(loaded, others, tail?.join(loaded.model))
    // If a newer model or catalog arrived in the meantime, another call of this method builds the ranker.
    if (this.loaded !== loaded || this.catalog !== catalog) return
    const discounts = (catalog && contextTerms?.discountsOf(known, catalog)) ?? null
    const { context, now } = this.#services
    const contexts: ContextSource = {
      at: context.at,
      // Past prices are not stored, so today's discounts count only for events of the last day.
      discountsAt: (time) => (now() - time < DAY ? discounts : null),
    }
    const model = withContext(known, contexts)
    this.headOnly = this.tail.exists ? this.#headOnly(withContext(loaded.model, contexts)) : null
    this.ranker = new Ranker(model, catalog, isLarge(model) ? scoreInPart : null)
    if (catalog) return
    this.order = { ids: model.itemIds, categories: model.itemIds.map(() => '') }
  }

  /** Code of context terms (e.g. weather); null for a model without them and, with a notice, if the code can't load. */
  async #loadContextTerms(): Promise<ContextTerms | null> {
    if (!this.loaded?.model.context) return null
    const code = () => import('./contextTerms.ts')
    this.contextTerms ??= await loadOptional(this.#services, code, 'the shop’s context')
    return this.contextTerms
  }

  #headOnly(model: BaseModel): HeadOnly {
    const { findWithoutTail: find, withoutTail: catalog } = this.#catalog
    const rows = new Map(model.itemIds.map((id, row) => [id, row]))
    const knows = (item: string) => catalog?.get(item) !== undefined || rows.has(item)
    return { model, find, knows, rowOf: (item) => rows.get(item) }
  }

  /** Loads an event's products that belong to the tail (loaded when needed). Waits for the model. Never rejects. */
  async follow(event: ShopperEvent): Promise<void> {
    await this.#modelThere.catch(() => undefined)
    if (this.loaded?.model.manifest.tail) await this.tail.follow(event)
  }

  /** Scoring for large catalogs; null for smaller catalogs and, with a notice, if its code can't be loaded. */
  async #scoreInPart(): Promise<ScoreInPart | null> {
    const known = this.loaded?.model.itemIds.length ?? 0
    // The sum is an upper bound of the number of items, because model and catalog share items.
    if (!known || known + (this.catalog?.items.length ?? 0) <= LARGE) return null
    const code = await loadOptional(this.#services, this.#services.onDemand, 'large catalogs')
    return code?.scoreInPart ?? null
  }

  async allRules(): Promise<readonly Rule[]> {
    await this.#ruled
    return this.rules?.all ?? []
  }

  async #startRules(): Promise<void> {
    const { config, notices } = this.#services
    if (!config.rules) return
    try {
      const { ShopRules } = await import('./shopRules.ts')
      this.rules = new ShopRules(
        this.#services,
        this,
        config.rules,
        (url, take) => createKeptFile(this.#services, 'rules', url, take),
        readLatestFile,
      )
      await this.rules.file?.start()
    } catch (error) {
      notices.add(error, 'rules-invalid', 'The shop’s rules could not be loaded and are not used')
    }
  }
}
