/** @module Reads a shop's files that a command's options name. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { readCatalogFile } from '@nearside/train/import/readCatalog.ts'
import { findFile } from '@nearside/train/shop/lines.ts'
import { readCatalog } from '@nearside/train/shop/read.ts'

interface CatalogOption {
  readonly catalog?: string
  readonly shop?: string
}

/** @throws NearsideError `input-invalid` unless exactly one of --catalog and --shop is given and its file can be read */
export async function readCatalogOption(
  command: string,
  { catalog, shop }: CatalogOption,
): Promise<unknown> {
  if ((catalog === undefined) === (shop === undefined))
    throw invalidInput(`${command} needs either --catalog or --shop`)
  if (catalog === undefined) return readCatalogOf(shop ?? '')
  const value = /\.json$/i.test(catalog) ? await readJsonFile(catalog) : []
  // If no row has an `id`, the rows come from a shop system, with other column names.
  const isOwn = !Array.isArray(value) || value.some((row) => isRecord(row) && 'id' in row)
  return isOwn ? value : readCatalogFile(catalog, Date.now())
}

/** Reads the catalog of a shop folder. @throws NearsideError `input-invalid` if the folder has no catalog */
export async function readCatalogOf(shop: string) {
  const file = await findFile(join(shop, 'catalog.jsonl'))
  if (file) return readCatalog(file)
  throw invalidInput(`${shop} has no catalog.jsonl`)
}

/** @throws NearsideError `input-invalid` if the file can't be read as JSON */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', `${file} can't be read as JSON`)
  }
}
