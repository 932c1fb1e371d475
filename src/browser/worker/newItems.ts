/**
 * @module Products that the base model lacks. The known items most similar to each are stored for the catalog's new
 * products and this model. Until the search has found them, slice by slice, a new product counts as similar to
 * nothing.
 */
import { concat, decodeVector, encodeVector, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ColdStartItems } from '@nearside/core/features/itemStatistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createNeighbourSearch, likeNothing } from '@nearside/core/model/coldStartNeighbours.ts'
import { type AddedItems, addedItems, joinItems } from '@nearside/core/model/extend.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import type { Download, Store } from '../storage/store.ts'

interface NewItemsDeps {
  readonly store: Pick<Store, 'download'>
  readonly clock: () => number
  readonly nextTask: () => Promise<void>
  readonly keep: (download: Omit<Download, 'time'>) => Promise<void>
  /** Called when more is known than at the last `extend`. */
  readonly found: () => void
}

export type NewItems = ReturnType<typeof createNewItems>

/** Milliseconds for which the search holds the thread; `AT_ONCE` items are searched between two checks of the clock. */
const SLICE = 8
const AT_ONCE = 4

export function createNewItems(deps: NewItemsDeps) {
  let known: { readonly key: string; readonly coldStart: ColdStartItems } | null = null
  /** Key of the current or last search. */
  let sought: string | null = null

  async function seek(key: string, model: BaseModel, added: AddedItems): Promise<void> {
    sought = key
    const { clock, found, keep, nextTask } = deps
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
    const coldStart = search.found
    known = { key, coldStart }
    keep({ key: 'new-items', version: key, url: '', files: toFiles(coldStart) })
    if (late) found()
  }

  async function readKept(key: string, empty: ColdStartItems): Promise<typeof known> {
    const kept = await deps.store.download('new-items').catch(() => null)
    const coldStart = kept?.version === key ? fromFiles(kept.files, empty) : null
    return coldStart && { key, coldStart }
  }

  return {
    async extend({ model, hash }: LoadedModel, items: readonly Item[]): Promise<BaseModel> {
      const added = addedItems(model, items)
      if (!added) return model
      const key = await keyOf(hash, added)
      const nothing = likeNothing(model.statistics.items, added.ids.length)
      if (known?.key !== key) known = (await readKept(key, nothing)) ?? known
      // A few new items are found within the first slice.
      if (known?.key !== key && sought !== key) void seek(key, model, added)
      return joinItems(model, added, known?.key === key ? known.coldStart : nothing)
    },
    stop(): void {
      sought = null
    },
  }
}

/** Cache key: changes with the model and with everything that the search reads of the new items. */
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

/** Reads the stored result; null if it is invalid, so the search runs again. */
function fromFiles(files: Download['files'], empty: ColdStartItems): ColdStartItems | null {
  const { length } = empty.weights
  if (files.neighbours?.length !== 4 * length || files.weights?.length !== 4 * length) return null
  const neighbours = decodeVector(files.neighbours)
  const weights = new Float32Array(decodeVector(files.weights).buffer)
  const sound =
    neighbours.every((row) => row < empty.from) && weights.every((one) => one >= 0 && one <= 1)
  return sound ? { ...empty, neighbours, weights } : null
}
