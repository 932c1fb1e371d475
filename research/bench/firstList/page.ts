/**
 * @module Common part of the cold-start pages. Each page fetches every file of the base model, encodes one event, and
 * shows the encoder's 20 highest-scoring items. The pages leave out the other terms of a score, because the peers
 * (other libraries) don't compute these terms.
 */
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { encoderFromTensors, itemsFromTensors, MODEL_FILES } from '@nearside/core/model/parts.ts'
import { readSafetensors, type Tensors } from '@nearside/core/model/safetensors.ts'

export type RankModel = Pick<BaseModel, 'itemVectors' | 'encoder'>

export const VIEWED = 100
export const COUNT = 20

/** Returns item rows, best first. */
export type Rank = (model: Promise<RankModel>, backend?: string) => Promise<Iterable<number>>

/** Reads the model's files. The document links each file, so the browser requests them together with the scripts. */
async function loadModel(): Promise<RankModel> {
  const links = document.querySelectorAll<HTMLLinkElement>('link[as=fetch]')
  const parts = new Map<string, Tensors>()
  await Promise.all(
    [...links].map(async ({ href }) => {
      const answer = await fetch(href)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      parts.set(href.split('/').at(-1) ?? '', readSafetensors(bytes))
    }),
  )
  const items = parts.get(MODEL_FILES.items) as Tensors
  const count = items.get('item_scale')?.shape[0] ?? 0
  return {
    ...itemsFromTensors(items, count),
    encoder: encoderFromTensors(parts.get(MODEL_FILES.encoder) as Tensors),
  }
}

export async function firstList(rank: Rank, backend?: string): Promise<void> {
  const ids = await rank(loadModel(), backend)
  const rows = [...ids].map((id) => {
    const row = document.createElement('li')
    row.textContent = String(id)
    return row
  })
  document.querySelector('ol')?.append(...rows)
  performance.mark('first-list')
}
