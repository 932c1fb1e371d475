/** @module Reads published models: `latest.json`, and a folder for each version. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Bytes, sha256Hex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel } from '@nearside/core/model/files.ts'
import {
  type ModelManifest,
  parseLatest,
  parseManifest,
  type SignedRelease,
} from '@nearside/core/model/manifest.ts'
import { joinTail, parseTailIndex, readShard } from '@nearside/core/model/tail.ts'
import { readJson } from '@nearside/core/reading.ts'

export interface PublishedModel {
  readonly version: string
  /** SHA-256 of manifest.json, hex. */
  readonly hash: string
  readonly manifest: ModelManifest
  readonly directory: string
  /** Terms and signatures of the latest version, not verified; absent for other versions and for unsigned models. */
  readonly signed?: SignedRelease
}

/** @throws NearsideError `model-unreachable` if nothing is published; `model-corrupt` */
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
      `${found.directory}/manifest.json does not match its hash in latest.json: publish the model again`,
    )
  return { ...found, version, signed }
}

/**
 * Trained version from which shoppers' contributions made `model`; `model` itself if there were none.
 * @throws NearsideError `model-unreachable` if a version in between is missing; `model-corrupt`
 */
export async function readTrained(models: string, model: PublishedModel): Promise<PublishedModel> {
  let trained = model
  const seen = new Set([model.version])
  for (let { parent } = model.manifest; parent !== null; { parent } = trained.manifest) {
    if (seen.has(parent)) throw new NearsideError('model-corrupt', `${parent} is its own ancestor`)
    seen.add(parent)
    trained = await readVersion(join(models, parent))
  }
  return trained
}

/**
 * Reads a model with its tail (less popular items), and verifies every file.
 * @param directory folder of a version, or of all versions for the latest
 * @throws NearsideError `model-unreachable`, `model-corrupt` or `model-incompatible`
 */
export async function readModel(directory: string): Promise<BaseModel> {
  const found = await readNamed(directory)
  const head = await readBaseModel(found.manifest, await readFiles(found))
  const tail = await readTail(found)
  if (!tail) return head
  let first = head.itemIds.length
  const shards = tail.index.shards.map((record) => {
    const bytes = tail.files.get(record.file.name) ?? new Uint8Array(0)
    const shard = readShard(bytes, record, first, head.statistics)
    first += record.items
    return shard
  })
  const { manifest, statistics, ...joined } = joinTail(head, shards)
  return {
    ...joined,
    manifest: { ...manifest, items: first, tail: undefined },
    statistics: { ...statistics, whole: undefined },
  }
}

/**
 * Reads and verifies the files of a model's tail (less popular items); null if the model has no tail.
 * @throws NearsideError `model-corrupt`
 */
export async function readTail({
  manifest,
  directory,
}: Pick<PublishedModel, 'manifest' | 'directory'>) {
  if (!manifest.tail) return null
  const folder = join(dirname(directory), manifest.tail.folder)
  const read = async (name: string, sha256: string) => {
    const bytes = await readOptional(join(folder, name))
    if (bytes && (await sha256Hex(bytes)) === sha256) return [name, bytes] as const
    throw new NearsideError('model-corrupt', `${join(folder, name)} is missing or damaged`)
  }
  const [, indexBytes] = await read('index.json', manifest.tail.sha256)
  const index = parseTailIndex(parseJson(indexBytes, 'index.json'))
  const files = new Map([['index.json', indexBytes]])
  for (const { name, sha256 } of [...index.shards.map(({ file }) => file), ...index.buckets])
    files.set(...(await read(name, sha256)))
  return { index, files }
}

/** Reads a model as devices have it at first, without its tail, and the SHA-256 of its manifest file, hex. */
export async function readHashed(
  directory: string,
): Promise<{ readonly model: BaseModel; readonly hash: string }> {
  const found = await readNamed(directory)
  const model = await readBaseModel(found.manifest, await readFiles(found))
  return { model, hash: found.hash }
}

async function readNamed(directory: string): Promise<PublishedModel> {
  const isParent = (await readOptional(join(directory, 'latest.json'))) !== null
  return isParent ? readLatest(directory) : readVersion(directory)
}

/** Reads the manifest's files: from `changed` if it has the file, otherwise from `directory`. */
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
    // Copies the bytes, because a Buffer can share its memory with others, which the tensors' reader doesn't expect.
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw NearsideError.from(error, 'model-unreachable', path)
  }
}

const parseJson = (bytes: Uint8Array, path: string): unknown =>
  readJson(bytes, 'model-corrupt', `${path} is not JSON`)
