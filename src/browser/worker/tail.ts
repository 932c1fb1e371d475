/**
 * @module Tail of a large catalog: the products outside its head (most popular products). The device downloads parts of
 * the tail (shards) when a list or an event needs them, and drops the least recently used shards. The rows of the
 * shopper's own products stay, because every score depends on them.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { joinTail } from '@nearside/core/model/tail.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { serially } from '@nearside/core/serially.ts'
import { keptOf, pickItems, readKept, type Shard, type Shards } from './keptRows.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import { TailFiles } from './tailFiles.ts'

/** Maximum number of items in all loaded shards (parts of the tail), as many as the head has. */
const MOST_LOADED = 20_000
/** Maximum number of unknown products that one call looks for. */
const MOST_SOUGHT = 20
/** Maximum number of the shopper's latest products whose model rows stay in memory, about 0.2 MB. */
const MOST_KEPT = 300

/** Items that a query is about; the page could give any value. */
const itemsOf = (query: ListQuery): readonly string[] =>
  query?.kind === 'similar' || query?.kind === 'boughtTogether'
    ? [query.item].flat().filter((id) => typeof id === 'string')
    : []

const idsIn = (shards: Shards) =>
  [...shards.values()].flatMap(({ rows }) => rows.itemIds).join('\n')

export class Tail {
  readonly #services: Services
  readonly #head: BaseModel
  readonly #knows: Shop['knows']
  readonly #files: TailFiles
  readonly #inHead: ReadonlySet<string>
  readonly #changed: (tail: Tail) => Promise<void>
  readonly #most: number
  readonly #oneByOne = serially()
  /** Loaded shards (parts of the tail), least recently used first. */
  readonly #shards = new Map<number, Shard>()
  /** The shopper's products of the tail, also those of its dropped parts (shards) and those read from disk. */
  #own: Shards = new Map()

  /**
   * @param head a model that has a tail
   * @param changed called after the known products have changed
   * @param most maximum number of items of the loaded shards
   */
  constructor(
    services: Services,
    head: BaseModel,
    knows: Shop['knows'],
    changed: (tail: Tail) => Promise<void>,
    most = MOST_LOADED,
  ) {
    this.#services = services
    this.#head = head
    this.#knows = knows
    this.#files = new TailFiles(services, head)
    this.#inHead = new Set(head.itemIds)
    this.#changed = changed
    this.#most = most
  }

  get items(): Shard['items'] {
    return this.#known.flatMap(([, { items }]) => items)
  }

  join(head: BaseModel): BaseModel {
    return joinTail(
      head,
      this.#known.map(([, { rows }]) => rows),
    )
  }

  get #known(): readonly (readonly [number, Shard])[] {
    return [...new Map([...this.#own, ...this.#shards])].sort(([a], [b]) => a - b)
  }

  /**
   * Whether these products belong to `model`. They still do after a federated round, which changes other parts of the
   * model.
   */
  isOf(model: BaseModel | undefined): boolean {
    return model?.manifest.tail?.sha256 === this.#head.manifest.tail?.sha256
  }

  /** Loads the products that a list needs, if the query is valid. Never rejects: a failure adds a notice. */
  async need(query: ListQuery): Promise<void> {
    const { category } = (query?.kind !== 'rerank' && query?.options) || {}
    if (category)
      await this.#attempt(async () => this.#load(await this.#files.ofDepartment(category)))
    await this.#seek(itemsOf(query))
  }

  /** Loads the products that an event is about: its own, and those that its search could find. Never rejects. */
  async follow({ items, query }: Pick<ShopperEvent, 'items' | 'query'>): Promise<void> {
    await this.#seek(items)
    if (items.some((id) => !this.#inHead.has(id))) await this.followOwn(true)
    if (query) await this.#attempt(async () => this.#load(await this.#files.ofQuery(query)))
  }

  /**
   * Reads the stored rows of products that the person in use has events about, drops other rows, and stores the result.
   * Lists leave stored products out until their shards are loaded again. Never rejects.
   * @param isNew whether an event of this tab caused the call. Only then are other tabs told to read the rows;
   *   otherwise tabs with different models would trigger each other endlessly.
   */
  followOwn(isNew = false): Promise<void> {
    return this.#oneByOne(() => this.#followOwn(isNew))
  }

  async #followOwn(isNew: boolean): Promise<void> {
    const { bus, notices, store } = this.#services
    const own = store.own()
    try {
      const epoch = await own.epoch()
      const stored = await own.setting('tail')
      // Read the events from disk: memory may still have events that another tab has already erased.
      const { events } = await own.events()
      // By now, the shopper could have switched to another person.
      if (own !== store.own()) return
      const kept = readKept(stored, this.#head)
      const before = idsIn(this.#notLoaded)
      this.#keepOwn(events, kept)
      if (idsIn(this.#notLoaded) !== before) await this.#changed(this)
      if (idsIn(kept) === idsIn(this.#own) && (kept.size > 0 || !stored)) return
      const tail = this.#own.size > 0 ? keptOf(this.#head, this.#own) : undefined
      await own.changeSettings((_, now) => (now === epoch ? { tail } : {}), 'relaxed')
      if (isNew) bus.emit('stored', 'events')
    } catch (error) {
      notices.add(
        error,
        'storage-unavailable',
        'Products of the shopper’s events could not be stored',
      )
    }
  }

  get #notLoaded(): Shards {
    return new Map([...this.#own].filter(([number]) => !this.#shards.has(number)))
  }

  /** Keeps the shopper's latest products: from loaded parts of the tail, else from rows kept before or on disk. */
  #keepOwn(events: readonly Pick<ShopperEvent, 'items'>[], kept: Shards = new Map()): void {
    const ids = events.toReversed().flatMap(({ items }) => items)
    const latest = [...new Set(ids)].filter((id) => !this.#inHead.has(id)).slice(0, MOST_KEPT)
    const own = new Map(pickItems(this.#own, new Set(latest)))
    // Another tab could have stored more products of a part of the tail (shard).
    for (const [number, shard] of pickItems(kept, new Set(latest)))
      if (shard.items.length > (own.get(number)?.items.length ?? 0)) own.set(number, shard)
    this.#own = new Map([...own, ...pickItems(this.#shards, new Set(latest))])
  }

  /** Loads the parts of the tail (shards) with the first 20 products that are not loaded. Never rejects. */
  async #seek(ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids.filter((id) => !this.#inHead.has(id)))
    if (wanted.size === 0) return
    for (const [number, shard] of [...this.#shards])
      if (shard.rows.itemIds.some((id) => wanted.has(id))) {
        this.#use(number, shard)
        for (const id of shard.rows.itemIds) wanted.delete(id)
      }
    // Load one part (shard) at a time. If it needs room, other parts are dropped, but not the shopper's products.
    for (const id of [...wanted].slice(0, MOST_SOUGHT))
      await this.#attempt(async () => {
        const shards = await this.#files.ofId(id)
        await this.#load(shards)
        if (shards.length > 0 || this.#knows(id)) return
        const why = `The catalog has no such item: ${id}.`
        this.#services.notices.add(new NearsideError('item-unknown', why))
      })
  }

  /** Runs one step of loading; a failure adds a notice. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'model-unreachable', 'A part failed')
      const without = `${message} Lists go without some of the shop’s less popular products.`
      this.#services.notices.add(new NearsideError(code, without, { cause: error }))
    }
  }

  /** Loads the parts of the tail (shards) for which there is room, in the given sequence. */
  async #load(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    const { shards } = await this.#files.index()
    const wanted: number[] = []
    let room = this.#most
    for (const number of numbers) {
      room -= shards[number].items
      if (room >= 0) wanted.push(number)
    }
    const read = await Promise.allSettled(
      wanted.map(async (number) => this.#shards.get(number) ?? this.#files.shard(number)),
    )
    const before = this.#shards.size
    for (const [at, number] of wanted.entries()) {
      const arrived = read[at]
      if (arrived.status === 'fulfilled') this.#use(number, arrived.value)
    }
    if (this.#shards.size > before) {
      this.#drop()
      await this.#changed(this)
    }
    const fault = read.find(({ status }) => status === 'rejected')
    if (fault?.status === 'rejected') throw fault.reason
  }

  #use(number: number, shard: Shard): void {
    // The last entry of the map is the most recently used one.
    this.#shards.delete(number)
    this.#shards.set(number, shard)
  }

  /** If too many items are loaded, drops the parts of the tail used least recently, except the shopper's items. */
  #drop(): void {
    this.#keepOwn(this.#services.state.own.events)
    let count = 0
    for (const { rows } of this.#shards.values()) count += rows.numbers.length
    for (const [number, { rows }] of [...this.#shards]) {
      if (count <= this.#most) return
      count -= rows.numbers.length
      this.#shards.delete(number)
    }
  }
}
