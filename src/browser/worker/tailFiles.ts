/**
 * @module Reads the files of a large catalog's tail (products loaded when needed). The log names the folder instead of
 * the files: the log stays when the shopper forgets a product, so it must not name the product's category.
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

/** @param head a model that has a tail */
export function createTailFiles({ config, now, transport }: Reading, head: BaseModel) {
  const { folder = '', sha256 = '' } = head.manifest.tail ?? {}
  const buckets = new Map<number, ReturnType<typeof readBucket>>()
  let tailIndex: TailIndex | null = null
  /** Numbers of the shards (parts of the tail) by category, from `departments.json`; null before it is read. */
  let departments: ShardsBy | null = null
  /** Files that are being read, by name. */
  const running = new Map<string, Promise<unknown>>()
  const failures = new Map<string, { readonly time: number; readonly error: unknown }>()

  const get = (path: string): Promise<Uint8Array> => {
    const loggedAs = `${config.baseModel}${folder}/`
    return transport.get(`${config.baseModel}${path}`, 'model', { loggedAs })
  }

  const json = async (path: string): Promise<unknown> =>
    readJson(await get(path), 'catalog-invalid', `${path} is not readable JSON`)

  async function verified(name: string, sha256: string): Promise<Uint8Array> {
    const path = `${folder}/${name}`
    const bytes = await get(path)
    if ((await sha256Hex(bytes)) === sha256) return bytes
    throw new NearsideError('model-corrupt', `${path} does not match its SHA-256.`)
  }

  /**
   * Reads a file. If the file is being read already, returns the result of that reading. If a reading failed less than
   * `RETRY` ago, throws its error again.
   */
  async function once<T>(name: string, read: () => Promise<T>): Promise<T> {
    const failed = failures.get(name)
    if (failed && Math.abs(now() - failed.time) < RETRY) throw failed.error
    const reading = (running.get(name) as Promise<T> | undefined) ?? read()
    running.set(name, reading)
    try {
      return await reading
    } catch (error) {
      failures.set(name, { time: now(), error })
      throw error
    } finally {
      running.delete(name)
    }
  }

  const shardsBy = (name: string): Promise<ShardsBy> =>
    once(name, async () => parseShardsBy(await json(`${folder}-catalog/${name}`), name))

  async function index(): Promise<TailIndex> {
    tailIndex ??= await once('index', async () => {
      const bytes = await verified('index.json', sha256)
      return parseTailIndex(readJson(bytes, 'model-corrupt', 'The tail’s index is not readable'))
    })
    return tailIndex
  }

  return {
    index,
    /** Numbers of the shards that have products of a category. */
    async ofDepartment(name: string): Promise<readonly number[]> {
      departments ??= await shardsBy('departments.json')
      return departments.get(name) ?? []
    },
    /** Numbers of the `MOST_SEARCHED` shards whose products' titles contain the most of the query's words. */
    async ofQuery(query: string): Promise<readonly number[]> {
      // The table of words isn't cached: it takes as much memory as a shard, and searches are rare.
      const shardsOf = await shardsBy('words.json')
      const votes = new Map<number, number>()
      // Of two shards with equally many of the query's words, the one listed earlier for these words comes first.
      for (const word of foldedWords(query))
        for (const [place, shard] of shardsOf.get(word)?.entries() ?? [])
          votes.set(shard, (votes.get(shard) ?? 0) + 1 - place / 100)
      const best = [...votes].sort(([a, x], [b, y]) => y - x || a - b)
      return best.slice(0, MOST_SEARCHED).map(([shard]) => shard)
    },
    /** Numbers of the shards that may have an item; more than one if two ids have the same hash. */
    async ofId(id: string): Promise<readonly number[]> {
      const files = (await index()).buckets
      if (files.length === 0) return []
      const hash = hashOfId(id)
      const number = hash % files.length
      const { name, sha256 } = files[number]
      const bucket =
        buckets.get(number) ??
        (await once(name, async () => readBucket(await verified(name, sha256))))
      buckets.set(number, bucket)
      return bucket.get(hash) ?? []
    },
    async shard(number: number): Promise<Shard> {
      const { shards } = await index()
      const { file, items } = shards[number]
      const before = shards.slice(0, number).reduce((sum, one) => sum + one.items, 0)
      return once(file.name, async () => {
        const [bytes, lines] = await Promise.all([
          verified(file.name, file.sha256),
          json(`${folder}-catalog/${number}.json`),
        ])
        const rows = readShard(bytes, { items }, head.itemIds.length + before, head.statistics)
        return { rows, items: Catalog.parse(lines).items }
      })
    },
  }
}
