/**
 * @module Reads the files of a large catalog's tail (products loaded when needed), and never reads a file twice at the
 * same time. The files' contents are in memory only. The log names the folder instead of the files: the log stays when
 * the shopper forgets a product, so it must not name the product's category.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { foldedWords } from '@nearside/core/catalog/words.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import {
  hashOfId,
  parseShardsBy,
  parseTailIndex,
  readBucket,
  readShard,
  type ShardsBy,
  type TailIndex,
} from '@nearside/core/model/tail.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Shard } from './keptRows.ts'
import type { Services } from './services.ts'

/** Maximum number of shards (parts of the tail) that one search loads. */
const MOST_SEARCHED = 4
/** Milliseconds for which a file is not requested again after its request failed. */
const RETRY = 30_000

interface Reading extends Pick<Services, 'now' | 'transport'> {
  readonly config: Pick<Services['config'], 'baseModel'>
}

export class TailFiles {
  readonly #services: Reading
  readonly #head: BaseModel
  readonly #folder: string
  readonly #buckets = new Map<number, ReturnType<typeof readBucket>>()
  #index: TailIndex | null = null
  /** Numbers of the shards (parts of the tail) by category, from `departments.json`; null before it is read. */
  #departments: ShardsBy | null = null
  /** Files that are being read, by name. */
  readonly #reading = new Map<string, Promise<unknown>>()
  readonly #failed = new Map<string, { readonly time: number; readonly error: unknown }>()

  /** @param head a model that has a tail */
  constructor(services: Reading, head: BaseModel) {
    this.#services = services
    this.#head = head
    this.#folder = head.manifest.tail?.folder ?? ''
  }

  async ofDepartment(name: string): Promise<readonly number[]> {
    this.#departments ??= await this.#shardsBy('departments.json')
    return this.#departments.get(name) ?? []
  }

  /** Numbers of the parts of the tail (shards) that have most products with the query's words in their titles. */
  async ofQuery(query: string): Promise<readonly number[]> {
    // The table of words isn't kept in memory: it takes as much as a part of the tail, and searches are rare.
    const shardsOf = await this.#shardsBy('words.json')
    const votes = new Map<number, number>()
    // Of two parts (shards) with equally many of the query's words, the one listed earlier for these words comes first.
    for (const word of foldedWords(query))
      for (const [place, shard] of shardsOf.get(word)?.entries() ?? [])
        votes.set(shard, (votes.get(shard) ?? 0) + 1 - place / 100)
    const best = [...votes].sort(([a, x], [b, y]) => y - x || a - b)
    return best.slice(0, MOST_SEARCHED).map(([shard]) => shard)
  }

  /** Numbers of the parts (shards) that may have an item; more than one if two ids have the same hash. */
  async ofId(id: string): Promise<readonly number[]> {
    const { buckets } = await this.index()
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

  async shard(number: number): Promise<Shard> {
    const { shards } = await this.index()
    const { file, items } = shards[number]
    const before = shards.slice(0, number).reduce((sum, one) => sum + one.items, 0)
    return this.#once(file.name, async () => {
      const [bytes, lines] = await Promise.all([
        this.#verified(file.name, file.sha256),
        this.#json(`${this.#folder}-catalog/${number}.json`),
      ])
      const first = this.#head.itemIds.length + before
      const rows = readShard(bytes, { items }, first, this.#head.statistics)
      return { rows, items: Catalog.parse(lines).items }
    })
  }

  async index(): Promise<TailIndex> {
    this.#index ??= await this.#once('index', async () => {
      const bytes = await this.#verified('index.json', this.#head.manifest.tail?.sha256 ?? '')
      return parseTailIndex(readJson(bytes, 'model-corrupt', 'The tail’s index is not readable'))
    })
    return this.#index
  }

  #shardsBy(name: string): Promise<ShardsBy> {
    const path = `${this.#folder}-catalog/${name}`
    return this.#once(name, async () => parseShardsBy(await this.#json(path), name))
  }

  /**
   * Reads a file. If the file is being read already, returns the result of that reading. If a reading failed less than
   * `RETRY` ago, throws its error again.
   */
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

  async #json(path: string): Promise<unknown> {
    return readJson(await this.#get(path), 'catalog-invalid', `${path} is not readable JSON`)
  }

  async #verified(name: string, sha256: string): Promise<Uint8Array> {
    const path = `${this.#folder}/${name}`
    const bytes = await this.#get(path)
    if ((await sha256Hex(bytes)) === sha256) return bytes
    throw new NearsideError('model-corrupt', `${path} does not match its SHA-256.`)
  }

  #get(path: string): Promise<Uint8Array> {
    const { config, transport } = this.#services
    const loggedAs = `${config.baseModel}${this.#folder}/`
    return transport.get(`${config.baseModel}${path}`, 'model', { loggedAs })
  }
}
