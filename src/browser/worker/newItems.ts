/**
 * @module Products that the base model lacks. A search in slices finds the known items most similar to each new
 * product, and stores them for this catalog and model. Until the search has found its neighbours, a new product is
 * similar to no item.
 */
import { concat, decodeVector, encodeVector, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ColdStartItems } from '@nearside/core/features/itemStatistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createNeighbourSearch, likeNothing } from '@nearside/core/model/coldStartNeighbours.ts'
import { type AddedItems, addedItems, joinItems } from '@nearside/core/model/extend.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import type { Download } from '../storage/store.ts'
import { keepDownload } from './downloads.ts'
import type { Services } from './services.ts'

/** Milliseconds for which the search holds the thread; `AT_ONCE` items are searched between two checks of the clock. */
const SLICE = 8
const AT_ONCE = 4

interface Known {
  readonly key: string
  readonly coldStart: ColdStartItems
}

/** @param found called when a search ends after `extend` has returned */
export function createNewItems(services: Services, found: () => void) {
  const { clock, nextTask, store } = services
  let known: Known | null = null
  /** Cache key of the current or last search. */
  let sought: string | null = null

  async function seek(key: string, model: BaseModel, added: AddedItems): Promise<void> {
    sought = key
    const search = createNeighbourSearch(model.itemVectors, model.statistics, added)
    let late = false
    let since = clock()
    for (let one = 0; one < added.ids.length; one++) {
      search.find(one)
      if (one % AT_ONCE > 0 || clock() - since < SLICE) continue
      late = true
      await nextTask()
      if (sought !== key) return
      since = clock()
    }
    known = { key, coldStart: search.found }
    const files = toFiles(search.found)
    void keepDownload(services, { key: 'new-items', version: key, url: '', files })
    if (late) found()
  }

  async function readKept(key: string, empty: ColdStartItems): Promise<Known | null> {
    const kept = await store.download('new-items').catch(() => null)
    const coldStart = kept?.version === key ? fromFiles(kept.files, empty) : null
    return coldStart && { key, coldStart }
  }

  return {
    /** @param joined model with its tail (less popular items) @param items products outside the tail, perhaps new */
    async extend(
      { model, hash }: LoadedModel,
      items: readonly Item[],
      joined = model,
    ): Promise<BaseModel> {
      const added = addedItems(model, items)
      if (!added) return joined
      const key = await keyOf(hash, added)
      const nothing = likeNothing(model.statistics.items, added.ids.length)
      if (known?.key !== key) known = (await readKept(key, nothing)) ?? known
      // Not awaited: a short search sets `known` before the next line reads it; a long one calls `found` later.
      if (known?.key !== key && sought !== key) void seek(key, model, added)
      const coldStart = known?.key === key ? known.coldStart : nothing
      return joinItems(joined, added, { ...coldStart, from: joined.itemIds.length })
    },
    stop(): void {
      sought = null
    },
  }
}

/** Cache key, which changes with the model and with everything that the search reads of the new items. */
function keyOf(model: string, { vectors, category, logPrice }: AddedItems): Promise<string> {
  const read = [vectors, category, logPrice].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return sha256Hex(concat(utf8(model), ...read))
}

const toFiles = ({ neighbours, weights }: ColdStartItems): Download['files'] => ({
  neighbours: encodeVector(neighbours),
  weights: encodeVector(new Uint32Array(weights.buffer)),
})

/** Reads the stored result; null if the result is invalid, so the search runs again. */
function fromFiles(files: Download['files'], empty: ColdStartItems): ColdStartItems | null {
  const { length } = empty.weights
  if (files.neighbours?.length !== 4 * length || files.weights?.length !== 4 * length) return null
  const neighbours = decodeVector(files.neighbours)
  const weights = new Float32Array(decodeVector(files.weights).buffer)
  const sound =
    neighbours.every((row) => row < empty.from) && weights.every((one) => one >= 0 && one <= 1)
  return sound ? { ...empty, neighbours, weights } : null
}
