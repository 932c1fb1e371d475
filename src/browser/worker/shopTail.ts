/** @module Tail of a large catalog: products loaded when needed. Its code loads only if the base model has a tail. */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import { loadOptional, type Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Tail } from './tail.ts'

export class ShopTail {
  readonly #services: Services
  readonly #shop: Pick<Shop, 'loaded' | 'knows'>
  readonly #changed: () => Promise<void>
  /** Queries of the lists that the page watches, by the id that the page gave the watch. */
  readonly watched = new Map<number, ListQuery>()
  /** Tail of the loaded model; null if the model has none, or nothing has needed the tail yet. */
  current: Tail | null = null
  /** Whether the model that is being loaded has a tail. */
  isExpected = false

  /** @param changed called after the known products have changed */
  constructor(
    services: Services,
    shop: Pick<Shop, 'loaded' | 'knows'>,
    changed: () => Promise<void>,
  ) {
    this.#services = services
    this.#shop = shop
    this.#changed = changed
    services.bus.on('conditions', () => void this.needWatched())
  }

  /** Whether the model has rows that the device loads when it needs them. */
  get exists(): boolean {
    const { loaded } = this.#shop
    return loaded ? loaded.model.manifest.tail !== undefined : this.isExpected
  }

  /** Drops the tail of an earlier model. @returns whether there was one */
  dropOld(loaded: LoadedModel | null): boolean {
    if (this.current?.isOf(loaded?.model) !== false) return false
    this.current = null
    return true
  }

  /** The model's tail; null without one or if its code can't load. Never rejects. */
  async open(): Promise<Tail | null> {
    if (!this.#shop.loaded?.model.manifest.tail) return null
    const code = await loadOptional(this.#services, () => import('./tail.ts'), 'large catalogs')
    const model = this.#shop.loaded?.model
    if (!code || !model?.manifest.tail) return null
    if (this.current) return this.current
    const tail: Tail = code.createTail(this.#services, model, this.#shop.knows, async () => {
      if (this.current === tail) await this.#changed()
    })
    this.current = tail
    return tail
  }

  /**
   * Opens a new model's tail with the shopper's stored products, and loads the products of watched lists. Never
   * rejects.
   */
  async start(): Promise<void> {
    const before = this.current
    const tail = await this.open()
    if (!tail || tail === before) return
    await tail.followOwn()
    void this.needWatched()
  }

  /** Loads the products that the watched lists need; retries products that failed to load. Never rejects. */
  async needWatched(): Promise<void> {
    const tail = await this.open()
    await Promise.all([...this.watched.values()].map((query) => tail?.need(query)))
  }

  /** Loads the tail's products that an event of this tab is about. Never rejects. */
  async follow(event: ShopperEvent): Promise<void> {
    const tail = await this.open()
    await Promise.all([this.needWatched(), tail?.follow(event)])
  }

  /** Reads the stored products of the events of the person in use, without a request. Never rejects. */
  async followOwn(): Promise<void> {
    await (await this.open())?.followOwn()
  }
}
