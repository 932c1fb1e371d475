/** @module Reads a directory of models: `latest.json` beside the versions, each with its manifest. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Bytes, sha256Hex } from '../core/bytes.ts'
import { NearsideError } from '../core/error.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import { readBaseModel } from '../core/model/files.ts'
import {
  type ModelManifest,
  parseLatest,
  parseManifest,
  type SignedRelease,
} from '../core/model/manifest.ts'
import { readJson } from '../core/reading.ts'

export interface PublishedModel {
  readonly version: string
  /** Hex SHA-256 of manifest.json. */
  readonly hash: string
  readonly manifest: ModelManifest
  /** Where this version's files lie. */
  readonly directory: string
  /** Of the latest one, where it is signed. Not checked. */
  readonly signed?: SignedRelease
}

/** @throws NearsideError `model-unreachable` where nothing is published, `model-corrupt` */
export async function readLatest(models: string): Promise<PublishedModel> {
  const path = join(models, 'latest.json')
  const latest = await readOptional(path)
  if (!latest)
    throw new NearsideError(
      'model-unreachable',
      `no model is published in ${models}: 'nearside pretrain --out ${models}' publishes one`,
    )
  const { version, manifest, signed } = parseLatest(parseJson(latest, path))
  const found = await readVersion(join(models, version))
  if (found.hash !== manifest)
    throw new NearsideError(
      'model-corrupt',
      `${found.directory}/manifest.json is not the one that latest.json names`,
    )
  return { ...found, version, signed }
}

/**
 * The model that `model` descends from by rounds of contributions alone.
 * @throws NearsideError `model-unreachable` where a version in between is gone, `model-corrupt`
 */
export async function readTrained(models: string, model: PublishedModel): Promise<PublishedModel> {
  let trained = model
  const seen = new Set([model.version])
  for (let { parent } = model.manifest; parent !== null; { parent } = trained.manifest) {
    if (seen.has(parent)) throw new NearsideError('model-corrupt', `${parent} descends from itself`)
    seen.add(parent)
    trained = await readVersion(join(models, parent))
  }
  return trained
}

/**
 * A whole model from such a directory, or from the folder of one version; every file is checked.
 * @throws NearsideError `model-unreachable`, `model-corrupt` or `model-incompatible`
 */
export async function readModel(directory: string): Promise<BaseModel> {
  return (await readHashed(directory)).model
}

/** The same with the SHA-256 of its manifest, in hex: a manifest that was read is not the file to the byte. */
export async function readHashed(
  directory: string,
): Promise<{ readonly model: BaseModel; readonly hash: string }> {
  const found = await readNamed(directory)
  const model = await readBaseModel(found.manifest, await readFiles(found))
  return { model, hash: found.hash }
}

export const isTrainedInFull = ({ parent, update }: ModelManifest) =>
  parent === null && (update === undefined || update.did.startsWith('trained in full'))

/**
 * Of such a directory: the version trained in full that its model comes from by updates and rounds.
 * Null where that, or one on the way, is gone or corrupt.
 */
export async function readLastFull(directory: string): Promise<BaseModel | null> {
  let found = await readNamed(directory)
  const models = dirname(found.directory)
  const seen = new Set<string>()
  while (!isTrainedInFull(found.manifest)) {
    const { version, parent, update } = found.manifest
    const before = await readVersion(join(models, parent ?? update?.from ?? version)).catch(
      () => null,
    )
    if (!before || seen.has(before.version)) return null
    seen.add(before.version)
    found = before
  }
  const { manifest } = found
  return readFiles(found)
    .then((files) => readBaseModel(manifest, files))
    .catch(() => null)
}

async function readNamed(directory: string): Promise<PublishedModel> {
  const isParent = (await readOptional(join(directory, 'latest.json'))) !== null
  return isParent ? readLatest(directory) : readVersion(directory)
}

/** The files that `manifest` names, of those in `changed` or else in `directory`. */
export async function readFiles(
  { manifest, directory }: Pick<PublishedModel, 'manifest' | 'directory'>,
  changed: ReadonlyMap<string, Bytes> = new Map(),
): Promise<Map<string, Bytes>> {
  const files = new Map<string, Bytes>()
  for (const { name } of manifest.files) {
    const bytes = changed.get(name) ?? (await readOptional(join(directory, name)))
    if (!bytes) throw new NearsideError('model-corrupt', `${directory} lacks ${name}`)
    files.set(name, bytes)
  }
  return files
}

/** @throws NearsideError `model-unreachable`, `model-corrupt` */
export async function readVersion(directory: string): Promise<PublishedModel> {
  const path = join(directory, 'manifest.json')
  const bytes = await readOptional(path)
  if (!bytes)
    throw new NearsideError(
      'model-unreachable',
      `${path} does not exist (make a model with 'nearside pretrain')`,
    )
  const manifest = parseManifest(parseJson(bytes, path))
  return { version: manifest.version, hash: await sha256Hex(bytes), manifest, directory }
}

async function readOptional(path: string): Promise<Bytes | null> {
  try {
    // A copy: a Buffer shares its memory with others, which a reader of tensors doesn't expect.
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw NearsideError.from(error, 'model-unreachable', path)
  }
}

const parseJson = (bytes: Uint8Array, path: string): unknown =>
  readJson(bytes, 'model-corrupt', `${path} is not JSON`)
