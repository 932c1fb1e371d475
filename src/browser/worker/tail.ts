/**
 * @module Products outside the head of a large catalog. The device downloads their shards when a list or an event needs
 * them, and drops the least recently used. Shards are in memory only. The rows of the products in the shopper's events
 * are stored beside the events: otherwise a returning device would have to request their shards, and so tell the shop's
 * server what this browser's shopper had looked at before.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { foldedWords } from '@nearside/core/catalog/words.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import {
  areRowsOf,
  hashOfId,
  joinTail,
  parseDepartments,
  parseTailIndex,
  parseTailWords,
  pickRows,
  readBucket,
  readShard,
  type TailIndex,
  type TailRows,
} from '@nearside/core/model/tail.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { readJson } from '@nearside/core/reading.ts'
import { serially } from '@nearside/core/serially.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

/** Maximum number of items of the loaded shards, as many as a head has. */
const MOST_LOADED = 20_000
/** Maximum number of shards that a search loads. */
const MOST_SEARCHED = 4
/** Maximum number of unknown products that are looked for at once. */
const MOST_SOUGHT = 20
/** Maximum number of the shopper's products whose rows are stored, about 0.2 MB. */
const MOST_KEPT = 300
/** Milliseconds after the failure of a file in which it is not requested again. */
const RETRY = 30_000

const NO_TAIL = { folder: '', sha256: '' }
const NOTHING_KEPT: Kept = { sha256: '', shards: [], items: [] }

/** The disk's record; none if it is damaged. */
function readKept(value: unknown, head: BaseModel): Kept {
  try {
    const { sha256, shards, items } = value as Kept
    const isSound = shards.every(([number, rows]) => number >= 0 && areRowsOf(head, rows))
    return { sha256, shards: isSound ? shards : [], items: Catalog.parse(items).items }
  } catch {
    return NOTHING_KEPT
  }
}

const idsOf = (items: readonly Item[]) => items.map(({ id }) => id).join('\n')

const rowsOf = ({ itemIds }: TailRows, ids: ReadonlySet<string>): readonly number[] =>
  [...itemIds.keys()].filter((row) => ids.has(itemIds[row]))

/** Items that a query is about; the page could give any value. */
const itemsOf = (query: ListQuery): readonly string[] =>
  query?.kind === 'similar' || query?.kind === 'boughtTogether'
    ? [query.item].flat().filter((id) => typeof id === 'string')
    : []

const asUnavailable = ({ id, title, category, groupId }: Item): Item => ({
  id,
  ...(title !== undefined && { title }),
  ...(category !== undefined && { category }),
  ...(groupId !== undefined && { groupId }),
  available: false,
})

interface Shard {
  readonly rows: TailRows
  /** The shop's lines of these items. */
  readonly items: readonly Item[]
}

/** The shopper's products as the disk has them. */
interface Kept {
  /** Hash of the tail that the rows are of. */
  readonly sha256: string
  /** Number of a shard, and the rows of its products. */
  readonly shards: readonly (readonly [number: number, rows: TailRows])[]
  /** The products, as unavailable: their prices and stock could have changed since. */
  readonly items: readonly Item[]
}

export class Tail {
  readonly #services: Services
  readonly #head: BaseModel
  readonly #shop: Pick<Shop, 'knows' | 'watched'>
  readonly #inHead: ReadonlySet<string>
  readonly #changed: (tail: Tail) => Promise<void>
  readonly #most: number
  readonly #oneByOne = serially()
  /** Loaded shards by number, least recently used first. */
  readonly #shards = new Map<number, Shard>()
  /** The shopper's items of dropped shards and of the disk, because every score depends on them. */
  readonly #own = new Map<number, Shard>()
  /** The shopper's products of the disk, as unavailable. */
  #kept: readonly Item[] = []
  readonly #buckets = new Map<number, ReturnType<typeof readBucket>>()
  #index: TailIndex | null = null
  /** Shards of each category. */
  #departments: ReadonlyMap<string, readonly number[]> | null = null
  /** Files that are being read. */
  readonly #reading = new Map<string, Promise<unknown>>()
  /** Last failure of each file. */
  readonly #failed = new Map<string, { readonly time: number; readonly error: unknown }>()

  /**
   * @param head a model that has a tail
   * @param shop products of watched lists are dropped last
   * @param changed called after the loaded products have changed
   * @param most maximum number of items of the loaded shards
   */
  constructor(
    services: Services,
    head: BaseModel,
    shop: Pick<Shop, 'knows' | 'watched'>,
    changed: (tail: Tail) => Promise<void>,
    most = MOST_LOADED,
  ) {
    this.#services = services
    this.#head = head
    this.#shop = shop
    this.#inHead = new Set(head.itemIds)
    this.#changed = changed
    this.#most = most
  }

  get items(): readonly Item[] {
    const loaded = this.#loaded.flatMap(({ items }) => items)
    const known = new Set(loaded.map(({ id }) => id))
    return [...loaded, ...this.#kept.filter(({ id }) => !known.has(id))]
  }

  join(head: BaseModel): BaseModel {
    return joinTail(
      head,
      this.#loaded.map(({ rows }) => rows),
    )
  }

  /** Whether these products belong to a model; a federated round changes other parts of it. */
  isOf(model: BaseModel | undefined): boolean {
    return model?.manifest.tail?.sha256 === this.#record.sha256
  }

  /** Loads the products that a list needs, if the query is valid. Never rejects: a failure adds a notice. */
  async need(query: ListQuery): Promise<void> {
    if (query?.kind !== 'rerank' && query?.options?.category)
      await this.#department(query.options.category)
    await this.#seek(itemsOf(query))
  }

  /** Loads the products that the watched lists need; those that failed are tried again. Never rejects. */
  async needWatched(): Promise<void> {
    await Promise.all([...this.#shop.watched.values()].map((query) => this.need(query)))
  }

  /** Loads the products that an event is about: its own, and those that its search could find. Never rejects. */
  async follow({ items, query }: Pick<ShopperEvent, 'items' | 'query'>): Promise<void> {
    await this.#seek(items)
    if (items.some((id) => !this.#inHead.has(id))) await this.followOwn(true)
    if (query) await this.#search(query)
  }

  /**
   * Takes the products of the events of the person in use: reads their stored rows, drops those of other people and of
   * forgotten events, and stores the result. Lists leave stored products out until their shards are loaded again. Never
   * rejects.
   * @param isNew whether an event of this tab caused it; the other tabs then read the rows with the events. Tabs with
   *   different models would otherwise go on answering each other.
   */
  followOwn(isNew = false): Promise<void> {
    return this.#oneByOne(() => this.#followOwn(isNew))
  }

  async #followOwn(isNew: boolean): Promise<void> {
    const { bus, notices, store } = this.#services
    const own = store.own()
    try {
      const epoch = await own.epoch()
      const kept = readKept(await own.setting('tail'), this.#head)
      // After an erasure in another tab, the events in memory could still have events that the disk has not.
      const { events } = await own.events()
      // Another person's store could be in use by now.
      if (own !== store.own()) return
      const ids = [...new Set(events.toReversed().flatMap(({ items }) => items))]
      const before = idsOf(this.items)
      this.#take(kept, new Set(ids))
      const known = new Map(this.items.map((item) => [item.id, item]))
      const theirs = ids.flatMap((id) => known.get(id) ?? []).slice(0, MOST_KEPT)
      if (idsOf(this.items) !== before) await this.#changed(this)
      const chosen = new Set(theirs.map(({ id }) => id))
      const shards = [...this.#shards, ...this.#own].flatMap(([number, { rows }]) => {
        const some = rowsOf(rows, chosen)
        return some.length > 0 ? [[number, pickRows(rows, some)] as const] : []
      })
      const sha256 = shards.length > 0 ? this.#record.sha256 : ''
      if (idsOf(kept.items) === idsOf(theirs) && kept.sha256 === sha256) return
      const tail: Kept = { sha256, shards, items: theirs.map(asUnavailable) }
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

  /** Adds stored products, and drops those that are not in `ids`. */
  #take({ sha256, shards, items }: Kept, ids: ReadonlySet<string>): void {
    if (sha256 === this.#record.sha256)
      for (const [number, rows] of shards)
        if (!this.#shards.has(number) && !this.#own.has(number))
          this.#own.set(number, { rows, items: [] })
    for (const [number, { rows, items }] of this.#own) {
      const chosen = rowsOf(rows, ids)
      if (chosen.length === 0) this.#own.delete(number)
      else if (chosen.length < rows.numbers.length)
        this.#own.set(number, {
          rows: pickRows(rows, chosen),
          items: items.filter(({ id }) => ids.has(id)),
        })
    }
    const known = new Set(this.#kept.map(({ id }) => id))
    this.#kept = [...this.#kept, ...items.filter(({ id }) => !known.has(id))].filter(({ id }) =>
      ids.has(id),
    )
  }

  /** Loads the shards of the first 20 products that the device lacks. Never rejects. */
  async #seek(ids: readonly string[]): Promise<void> {
    for (const [number, shard] of [...this.#shards])
      if (shard.items.some(({ id }) => ids.includes(id))) this.#use(number, shard)
    // A stored product is sought, too, because its price and stock are unknown.
    const loaded = new Set(this.#loaded.flatMap(({ items }) => items.map(({ id }) => id)))
    const lacks = (id: string) => !this.#inHead.has(id) && !loaded.has(id)
    const unknown = [...new Set(ids)].filter(lacks).slice(0, MOST_SOUGHT)
    if (unknown.length > 0) await this.#products(unknown)
  }

  get #record() {
    return this.#head.manifest.tail ?? NO_TAIL
  }

  /** Loads the products of a department: all, or the most popular ones. */
  #department(name: string): Promise<void> {
    return this.#attempt(async () => {
      const path = `${this.#record.folder}-catalog/departments.json`
      this.#departments ??= await this.#once(path, async () =>
        parseDepartments(
          readJson(await this.#get(path), 'catalog-invalid', `${path} is not readable`),
        ),
      )
      await this.#load(this.#departments.get(name) ?? [])
    })
  }

  #products(ids: readonly string[]): Promise<void> {
    return this.#attempt(async () => {
      const shards = new Set<number>()
      for (const id of ids) {
        const some = await this.#shardsOf(id)
        for (const shard of some) shards.add(shard)
        if (some.length > 0 || this.#shop.knows(id)) continue
        const why = `The catalog has no such item: ${id}.`
        this.#services.notices.add(new NearsideError('item-unknown', why))
      }
      // One after another, because the shopper's products stay when their shard makes room for the next.
      for (const shard of shards) await this.#load([shard])
    })
  }

  /** Loads the shards that have most products with the query's words in their titles. */
  #search(query: string): Promise<void> {
    return this.#attempt(async () => {
      const path = `${this.#record.folder}-catalog/words.json`
      // Not kept: the table takes as much memory as a shard, and searches are rare.
      const shardsOf = parseTailWords(
        readJson(
          await this.#once(path, () => this.#get(path)),
          'catalog-invalid',
          `${path} is not readable`,
        ),
      )
      const votes = new Map<number, number>()
      // Of equal votes, an earlier place decides.
      for (const word of foldedWords(query))
        for (const [place, shard] of shardsOf.get(word)?.entries() ?? [])
          votes.set(shard, (votes.get(shard) ?? 0) + 1 - place / 100)
      const best = [...votes].sort(([a, x], [b, y]) => y - x || a - b).map(([shard]) => shard)
      await this.#load(best.slice(0, MOST_SEARCHED))
    })
  }

  get #loaded(): readonly Shard[] {
    const all = [...this.#shards, ...this.#own]
    return all.sort(([a], [b]) => a - b).map(([, shard]) => shard)
  }

  /** Runs a step; a failure adds a notice. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'model-unreachable', 'A part failed')
      const without = `${message} Lists go without some of the shop’s less popular products.`
      this.#services.notices.add(new NearsideError(code, without, { cause: error }))
    }
  }

  /** Reads a file once at a time, and not again shortly after it failed. */
  async #once<T>(name: string, read: () => Promise<T>): Promise<T> {
    const { now } = this.#services
    const failed = this.#failed.get(name)
    if (failed && Math.abs(now() - failed.time) < RETRY) throw failed.error
    const reading = (this.#reading.get(name) as Promise<T> | undefined) ?? read()
    this.#reading.set(name, reading)
    try {
      return await reading
    } catch (error) {
      this.#failed.set(name, { time: now(), error })
      throw error
    } finally {
      this.#reading.delete(name)
    }
  }

  async #load(numbers: readonly number[]): Promise<void> {
    const index = await this.#readIndex()
    const wanted: number[] = []
    let room = this.#most
    for (const shard of numbers) {
      room -= index.shards[shard].items
      if (room < 0) break
      wanted.push(shard)
    }
    const before = new Set(this.#shards.keys())
    const read = await Promise.allSettled(
      wanted.map(
        async (shard) =>
          this.#shards.get(shard) ?? this.#once(`${shard}`, () => this.#read(shard, index)),
      ),
    )
    for (const [at, shard] of wanted.entries()) {
      const arrived = read[at]
      if (arrived.status === 'rejected') continue
      this.#use(shard, arrived.value)
      this.#own.delete(shard)
    }
    const isLarger = wanted.some((shard) => this.#shards.has(shard) && !before.has(shard))
    let count = [...this.#shards.values()].reduce((sum, { rows }) => sum + rows.numbers.length, 0)
    const isShown = (shard: number) => Number(this.#isShown(shard))
    for (const shard of [...this.#shards.keys()].sort((a, b) => isShown(a) - isShown(b))) {
      if (count <= this.#most) break
      count -= index.shards[shard].items
      this.#drop(shard)
    }
    if (isLarger) await this.#changed(this)
    const fault = read.find(({ status }) => status === 'rejected')
    if (fault?.status === 'rejected') throw fault.reason
  }

  #use(number: number, shard: Shard): void {
    // The last entry of the map is the most recently used one.
    this.#shards.delete(number)
    this.#shards.set(number, shard)
  }

  /** Whether a watched list needs a shard. */
  #isShown(shard: number): boolean {
    const known = this.#shards.get(shard)?.rows.itemIds ?? []
    return [...this.#shop.watched.values()].some(
      (query) =>
        (query.kind !== 'rerank' &&
          this.#departments?.get(query.options?.category ?? '')?.includes(shard)) ||
        itemsOf(query).some((id) => known.includes(id)),
    )
  }

  /** Drops a shard, except the shopper's items. */
  #drop(number: number): void {
    const shard = this.#shards.get(number)
    this.#shards.delete(number)
    if (!shard) return
    const own = new Set(this.#services.state.own.events.flatMap(({ items }) => items))
    const rows = rowsOf(shard.rows, own)
    if (rows.length === 0) return
    const items = shard.items.filter(({ id }) => own.has(id))
    this.#own.set(number, { rows: pickRows(shard.rows, rows), items })
  }

  async #read(number: number, { shards }: TailIndex): Promise<Shard> {
    const { file, items } = shards[number]
    const before = shards.slice(0, number).reduce((sum, one) => sum + one.items, 0)
    const { folder } = this.#record
    const [bytes, lines] = await Promise.all([
      this.#verified(file.name, file.sha256),
      this.#get(`${folder}-catalog/${number}.json`),
    ])
    const first = this.#head.itemIds.length + before
    const rows = readShard(bytes, { items }, first, this.#head.statistics)
    const catalog = Catalog.parse(
      readJson(lines, 'catalog-invalid', 'A part of the catalog is not readable JSON'),
    )
    return { rows, items: catalog.items }
  }

  async #shardsOf(id: string): Promise<readonly number[]> {
    const { buckets } = await this.#readIndex()
    if (buckets.length === 0) return []
    const hash = hashOfId(id)
    const number = hash % buckets.length
    const { name, sha256 } = buckets[number]
    const bucket =
      this.#buckets.get(number) ??
      (await this.#once(name, async () => readBucket(await this.#verified(name, sha256))))
    this.#buckets.set(number, bucket)
    return bucket.get(hash) ?? []
  }

  async #readIndex(): Promise<TailIndex> {
    this.#index ??= await this.#once('index', async () =>
      parseTailIndex(
        readJson(
          await this.#verified('index.json', this.#record.sha256),
          'model-corrupt',
          'The index of the model’s tail is not readable',
        ),
      ),
    )
    return this.#index
  }

  async #verified(name: string, sha256: string): Promise<Uint8Array> {
    const path = `${this.#record.folder}/${name}`
    const bytes = await this.#get(path)
    if ((await sha256Hex(bytes)) === sha256) return bytes
    throw new NearsideError('model-corrupt', `${path} does not match its SHA-256.`)
  }

  #get(path: string): Promise<Uint8Array> {
    const { config, transport } = this.#services
    const { folder } = this.#record
    // The log stays when the shopper forgets a product, so it must not name the product's department.
    const loggedAs = `${config.baseModel}${folder}/`
    return transport.get(`${config.baseModel}${path}`, 'model', { loggedAs })
  }
}
