/** @module Reads a model directory (`latest.json` beside versions, or one version) and verifies it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NearsideError } from '../../core/error.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { readBaseModel } from '../../core/model/files.ts'
import { sha256Hex } from '../../core/model/hash.ts'
import { parseLatest, parseManifest } from '../../core/model/manifest.ts'

/** @throws NearsideError `model-unreachable`, `model-corrupt` or `model-incompatible` */
export async function readModelDirectory(directory: string): Promise<BaseModel> {
  const latest = await readOptional(join(directory, 'latest.json'))
  const chosen = latest ? parseLatest(parseJson(latest, 'latest.json')) : null
  const version = chosen ? join(directory, chosen.version) : directory
  const bytes = await readOptional(join(version, 'manifest.json'))
  if (!bytes)
    throw new NearsideError(
      'model-unreachable',
      `${version}: there is no manifest.json (make a model with 'nearside pretrain')`,
    )
  if (chosen && (await sha256Hex(bytes)) !== chosen.manifest)
    throw new NearsideError(
      'model-corrupt',
      `${version}/manifest.json is not what latest.json names`,
    )
  const manifest = parseManifest(parseJson(bytes, 'manifest.json'))
  const files = new Map<string, Uint8Array>()
  for (const { name } of manifest.files) {
    const file = await readOptional(join(version, name))
    if (file) files.set(name, file)
  }
  return readBaseModel(manifest, files)
}

async function readOptional(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw NearsideError.from(error, 'model-unreachable', path)
  }
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new NearsideError('model-corrupt', `${name} is not JSON`, { cause })
  }
}
