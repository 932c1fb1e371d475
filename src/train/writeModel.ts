/** @module Writes a model's directory and points `latest.json` at it, in that order. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestBytes, type WrittenModel } from '../core/model/files.ts'
import { sha256Hex } from '../core/model/hash.ts'
import type { LatestModel } from '../core/model/manifest.ts'
import type { Report } from './report.ts'

/** `latest.json` is replaced by a rename: whoever reads meanwhile gets the old one or the new one. */
export async function writeModel(
  directory: string,
  model: WrittenModel & { readonly reports?: readonly Report[] },
): Promise<LatestModel> {
  const { version } = model.manifest
  const folder = join(directory, version)
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of model.files) await writeFile(join(folder, name), bytes)
  for (const { described, bytes } of model.reports ?? [])
    await writeFile(join(folder, described.name), bytes)
  const manifest = manifestBytes(model.manifest)
  await writeFile(join(folder, 'manifest.json'), manifest)
  const latest: LatestModel = { version, manifest: await sha256Hex(manifest) }
  const temporary = join(directory, 'latest.json.tmp')
  await writeFile(temporary, `${JSON.stringify(latest)}\n`)
  await rename(temporary, join(directory, 'latest.json'))
  return latest
}
