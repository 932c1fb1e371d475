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
import { createTailFiles } from './tailFiles.ts'

/** Maximum number of items in all loaded shards, as many as the head has. */
const MOST_LOADED = 20_000
/** Maximum number of unknown products that one call looks for. */
const MOST_SOUGHT = 20
/** Maximum number of the shopper's latest products whose model rows stay in memory, about 0.2 MB. */
const MOST_KEPT = 300

/** Items that a query is about. The page could pass any value, so the types are checked. */
const itemsOf = (query: ListQuery): readonly string[] =>
  query?.kind === 'similar' || query?.kind === 'boughtTogether'
    ? [query.item].flat().filter((id) => typeof id === 'string')
    : []

const idsIn = (shards: Shards) =>
  [...shards.values()].flatMap(({ rows }) => rows.itemIds).join('\n')

export type Tail = ReturnType<typeof createTail>

/**
 * @param head a model that has a tail
 * @param changed called after the known products have changed
 * @param most maximum number of items of the loaded shards
 */
export function createTail(
  services: Services,
  head: BaseModel,
  knows: Shop['knows'],
  changed: () => Promise<void>,
  most = MOST_LOADED,
) {
  const { bus, notices, state, store } = services
  const files = createTailFiles(services, head)
  const inHead: ReadonlySet<string> = new Set(head.itemIds)
  const oneByOne = serially()
  /** Loaded shards, least recently used first. */
  const loaded = new Map<number, Shard>()
  /** The shopper's products of the tail, also those of dropped shards and those read from disk. */
  let mine: Shards = new Map()

  const known = (): readonly Shard[] =>
    [...new Map([...mine, ...loaded])].sort(([a], [b]) => a - b).map(([, shard]) => shard)

  const notLoaded = (): Shards => new Map([...mine].filter(([number]) => !loaded.has(number)))

  async function followOwnOnce(isNew: boolean): Promise<void> {
    const own = store.own()
    try {
      const epoch = await own.epoch()
      const stored = await own.setting('tail')
      // Read the events from disk: memory may still have events that another tab has already erased.
      const { events } = await own.events()
      // By now, the shopper could have switched to another person.
      if (own !== store.own()) return
      const kept = readKept(stored, head)
      const before = idsIn(notLoaded())
      keepOwn(events, kept)
      if (idsIn(notLoaded()) !== before) await changed()
      if (idsIn(kept) === idsIn(mine) && (kept.size > 0 || !stored)) return
      const tail = mine.size > 0 ? keptOf(head, mine) : undefined
      await own.changeSettings((_, now) => (now === epoch ? { tail } : {}), 'relaxed')
      if (isNew) bus.emit('stored', 'events')
    } catch (error) {
      const message = 'Products of the shopper’s events could not be stored'
      notices.add(error, 'storage-unavailable', message)
    }
  }

  /** Keeps the rows of the shopper's latest products: from loaded shards, else from rows kept before or on disk. */
  function keepOwn(events: readonly Pick<ShopperEvent, 'items'>[], kept: Shards = new Map()): void {
    const ids = events.toReversed().flatMap(({ items }) => items)
    const unknown = [...new Set(ids)].filter((id) => !inHead.has(id))
    const latest: ReadonlySet<string> = new Set(unknown.slice(0, MOST_KEPT))
    const own = new Map(pickItems(mine, latest))
    // Another tab could have stored more products of a shard.
    for (const [number, shard] of pickItems(kept, latest))
      if (shard.items.length > (own.get(number)?.items.length ?? 0)) own.set(number, shard)
    mine = new Map([...own, ...pickItems(loaded, latest)])
  }

  /**
   * Loads the shards of the given products; of those not loaded yet, only of the first `MOST_SOUGHT`. Never rejects.
   */
  async function seek(ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids.filter((id) => !inHead.has(id)))
    if (wanted.size === 0) return
    for (const [number, shard] of [...loaded])
      if (shard.rows.itemIds.some((id) => wanted.has(id))) {
        use(number, shard)
        for (const id of shard.rows.itemIds) wanted.delete(id)
      }
    // Load one shard at a time. If it needs room, other shards are dropped, but not the shopper's products.
    for (const id of [...wanted].slice(0, MOST_SOUGHT))
      await attempt(async () => {
        const shards = await files.ofId(id)
        await load(shards)
        if (shards.length > 0 || knows(id)) return
        notices.add(new NearsideError('item-unknown', `The catalog has no such item: ${id}.`))
      })
  }

  /** Runs one step of loading; a failure adds a notice. */
  async function attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'model-unreachable', 'A part failed')
      const without = `${message} Lists go without some of the shop’s less popular products.`
      notices.add(new NearsideError(code, without, { cause: error }))
    }
  }

  /** Loads the shards for which there is room, in the given sequence. */
  async function load(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    const { shards } = await files.index()
    let room = most
    const wanted = numbers.filter((number) => {
      room -= shards[number].items
      return room >= 0
    })
    const read = await Promise.allSettled(
      wanted.map(async (number) => loaded.get(number) ?? files.shard(number)),
    )
    const before = loaded.size
    for (const [at, number] of wanted.entries()) {
      const arrived = read[at]
      if (arrived.status === 'fulfilled') use(number, arrived.value)
    }
    if (loaded.size > before) {
      drop()
      await changed()
    }
    const fault = read.find(({ status }) => status === 'rejected')
    if (fault?.status === 'rejected') throw fault.reason
  }

  function use(number: number, shard: Shard): void {
    // The last entry of the map is the most recently used one.
    loaded.delete(number)
    loaded.set(number, shard)
  }

  /** If too many items are loaded, drops the shards used least recently, except the shopper's items. */
  function drop(): void {
    keepOwn(state.own.events)
    let count = 0
    for (const { rows } of loaded.values()) count += rows.numbers.length
    for (const [number, { rows }] of [...loaded]) {
      if (count <= most) return
      count -= rows.numbers.length
      loaded.delete(number)
    }
  }

  /**
   * Reads the stored rows of products that the person in use has events about, drops other rows, and stores the result.
   * Lists leave stored products out until their shards are loaded again. Never rejects.
   * @param isNew whether an event of this tab caused the call. Only then are other tabs told to read the rows;
   *   otherwise tabs with different models would trigger each other endlessly.
   */
  const followOwn = (isNew = false): Promise<void> => oneByOne(() => followOwnOnce(isNew))

  return {
    followOwn,
    items: (): Shard['items'] => known().flatMap(({ items }) => items),
    join: (model: BaseModel): BaseModel => {
      const parts = known().map(({ rows }) => rows)
      return joinTail(model, parts)
    },
    /** Whether this is the tail of `model`. A federated round changes the model, but not its tail. */
    isOf: (model: BaseModel | undefined): boolean =>
      model?.manifest.tail?.sha256 === head.manifest.tail?.sha256,
    /** Loads the products that a list needs, if the query is valid. Never rejects: a failure adds a notice. */
    async need(query: ListQuery): Promise<void> {
      const { category } = (query?.kind !== 'rerank' && query?.options) || {}
      if (category) await attempt(async () => load(await files.ofDepartment(category)))
      await seek(itemsOf(query))
    },
    /** Loads the products that an event is about: its own, and those that its search could find. Never rejects. */
    async follow({ items, query }: Pick<ShopperEvent, 'items' | 'query'>): Promise<void> {
      await seek(items)
      if (items.some((id) => !inHead.has(id))) await followOwn(true)
      if (query) await attempt(async () => load(await files.ofQuery(query)))
    },
  }
}
