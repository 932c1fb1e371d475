/** @module A synthetic shop with its model on disk, for tests of the studio. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'

/** Folder with the shop in `testshop` and its model in `models`; the caller removes it. */
export async function writeStudioShop(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-studio-'))
  const shop = testShop(50, 20)
  const times = { name: shop.name, from: 0, to: 0, dayOnly: false }
  await writeShop(join(folder, shop.name), shop.items, shopEvents({ ...shop, ...times }))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
  return folder
}
