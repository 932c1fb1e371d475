/** @module `nearside pretrain --catalog`: publishes a base model that was made without a log. */
import { basename } from 'node:path'
import { makeCatalogBase } from '@nearside/train/catalogBase/catalogBase.ts'
import { readCatalogFile } from '@nearside/train/import/readCatalog.ts'
import { publishModel, requireSigner } from '@nearside/train/models/publish.ts'
import { describeExcess } from '@nearside/train/needs.ts'
import type { PicturedItem } from '@nearside/train/shop/pictureVectors.ts'
import type { CommandContext } from '../command.ts'
import { openSigner } from '../signing.ts'

interface CatalogOptions extends NonNullable<Parameters<typeof openSigner>[0]> {
  readonly catalog: string
  readonly out: string
  /** Megabytes of a model above which the command warns. */
  readonly budget: number
}

export async function makeCatalogVersion(options: CatalogOptions, context: CommandContext) {
  const { catalog, out, budget } = options
  const sign = (await openSigner(options, out))?.sign
  await requireSigner(out, sign)
  const now = Date.now()
  context.progress.update('reading the catalog', 0, 1)
  const items = await readCatalogFile(catalog, now)
  context.progress.update('comparing titles', 0, 1)
  const name = basename(catalog).replace(/\..*$/, '')
  const made = await makeCatalogBase(name, items, now)
  context.progress.update('publishing', 0, 1)
  const latest = await publishModel(out, made, { sign })
  const described = describeContent(items)
  context.print(`version ${latest.version} of ${name}: ${items.length} items; ${described}`)
  const excess = await describeExcess([...made.files.values()], budget * 1e6)
  if (excess) context.print(`Warning: ${excess}`)
  return { ...latest, manifestContent: { ...made.manifest, version: latest.version } }
}

/**
 * For each field that the model reads, the share of items that have it; picture vectors are left out if no item has
 * one.
 */
function describeContent(items: readonly PicturedItem[]): string {
  const fields = ['title', 'category', 'brand', 'price', 'pictureVector'] as const
  const shares = fields.flatMap((field) => {
    const known = items.filter((item) => item[field] !== undefined && item[field] !== '').length
    if (field === 'pictureVector' && known === 0) return []
    return `${field} ${Math.floor((100 * known) / items.length)} %`
  })
  return `share of them with ${shares.join(', ')}`
}
