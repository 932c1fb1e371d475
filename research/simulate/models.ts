/** @module Models of a simulation: a publish directory of its own, and fully trained models for comparison. */
import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readLatest, readModel } from '@nearside/train/models/read.ts'
import { inModelRows } from '@nearside/train/shop/modelRows.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'

/** Copies the models with an unsigned release, because only the simulation reads them. */
export async function copyModels(from: string, to: string): Promise<void> {
  const { version, hash } = await readLatest(from)
  await cp(from, to, { recursive: true })
  await writeFile(join(to, 'latest.json'), JSON.stringify({ version, manifest: hash }))
}

/** @returns the models by end of their training data, ascending */
export async function readRetrained(folder: string | undefined, shop: Shop, frozen: BaseModel) {
  if (folder === undefined) return []
  const versions = (await readdir(folder)).filter((name) => !/^\.|\.json$/.test(name))
  const all = await Promise.all(versions.map((version) => readModel(join(folder, version))))
  return all
    .map((trained) => {
      const { manifest } = trained
      const { model } = inModelRows(trained, shop)
      const isAlike =
        manifest.seed === frozen.manifest.seed &&
        manifest.holdout.fraction === frozen.manifest.holdout.fraction &&
        manifest.shop === frozen.manifest.shop &&
        model.itemIds.every((id, row) => id === frozen.itemIds[row])
      if (!isAlike)
        throw new NearsideError(
          'model-incompatible',
          `--retrained ${folder}: version ${manifest.version} is of another shop, catalog, seed or hold-out`,
        )
      return { until: Date.parse(manifest.data.until), model }
    })
    .sort((a, b) => a.until - b.until)
}
