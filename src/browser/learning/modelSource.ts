/**
 * @module Loads the base model from stored bytes or from the shop's server. A model is used, and replaces the stored
 * one, only after all its bytes have been verified.
 */

import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel, readPopularity } from '@nearside/core/model/files.ts'
import {
  type LatestModel,
  type ModelFile,
  type ModelManifest,
  parseLatest,
  parseManifest,
} from '@nearside/core/model/manifest.ts'
import { MODEL_FILES } from '@nearside/core/model/parts.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Download } from '../storage/store.ts'
import type { GetOptions } from '../transport/http.ts'

const MANIFEST = 'manifest.json'
const LATEST = 'latest.json'

export interface LoadedModel {
  readonly model: BaseModel
  /** Hex SHA-256 of `manifest.json`, which identifies the model's exact bytes, whatever the version's name. */
  readonly hash: string
  /** Content of `latest.json` at the time of the download; null if it was not stored. */
  readonly latest: LatestModel | null
}

export const parseJson = (bytes: Uint8Array): unknown =>
  readJson(bytes, 'model-corrupt', 'The base model is not readable')

/** @throws NearsideError `model-corrupt` | `model-incompatible` */
export async function readDownload(download: Download): Promise<LoadedModel> {
  const bytes = download.files[MANIFEST]
  if (!bytes || (await sha256Hex(bytes)) !== download.version) {
    throw new NearsideError('model-corrupt', `${MANIFEST} does not match its SHA-256`)
  }
  const files = new Map(Object.entries(download.files))
  return {
    model: await readBaseModel(parseManifest(parseJson(bytes)), files),
    hash: download.version,
    latest: readLatestFile(download),
  }
}

export function readLatestFile({ files }: Pick<Download, 'files'>): LatestModel | null {
  try {
    return parseLatest(parseJson(files[LATEST]))
  } catch {
    return null
  }
}

export interface FetchModelOptions {
  readonly transport: {
    get(url: string, purpose: 'model', options: GetOptions): Promise<Uint8Array>
  }
  /** Absolute URL of the model directory, ending in `/`. */
  readonly directory: string
  /** Stored download; its files are not fetched again. */
  readonly kept: Download | null
  readonly now: number
  /** Earlier content of `latest.json`, which is tried first to save a round trip. */
  readonly latest?: LatestModel | null
  /** Checks that a model may be used; throws if it may not. */
  readonly check?: (latest: LatestModel) => Promise<void>
  readonly signal?: AbortSignal
  /**
   * Called as soon as the items' popularity has arrived and been verified: first that of the best sellers, if the
   * manifest names them, then that of all items.
   */
  readonly onPopularity?: (popularity: KnownPopularity) => void
}

export interface KnownPopularity {
  readonly ids: readonly string[]
  readonly popularity: ArrayLike<number>
  /** Number of the model's items; `ids` are the most popular of these. */
  readonly items: number
  /** Whether the shop has further items, which are downloaded when they are needed. */
  readonly hasTail: boolean
}

/**
 * Fetches the version that `latest.json` names; null if `kept` already is that version and release.
 * @throws NearsideError `model-unreachable` | `model-corrupt` | `model-incompatible` | `aborted`, or an error of
 * `check`
 */
export async function fetchModel(options: FetchModelOptions) {
  const { transport, directory, kept, signal, check = async () => {} } = options
  if (options.latest) {
    try {
      const known = parseLatest(options.latest)
      await check(known)
      return await fetchVersion(options, known)
    } catch (error) {
      // The given version could be gone or not allowed; the newest version is fetched instead.
      if (signal?.aborted) throw error
    }
  }
  const answer = await transport.get(`${directory}${LATEST}`, 'model', { signal })
  const latest = parseLatest(parseJson(answer))
  await check(latest)
  const isKept =
    kept?.version === latest.manifest &&
    readLatestFile(kept)?.signed?.release === latest.signed?.release
  return isKept ? null : fetchVersion(options, latest)
}

export async function fetchVersion(
  { transport, directory, kept, now, signal, onPopularity }: FetchModelOptions,
  latest: LatestModel,
) {
  const get = (path: string) => transport.get(`${directory}${path}`, 'model', { signal })
  const manifestBytes = await get(`${latest.version}/${MANIFEST}`)
  if ((await sha256Hex(manifestBytes)) !== latest.manifest) {
    throw new NearsideError('model-corrupt', `${MANIFEST} does not match its SHA-256`)
  }
  const manifest = parseManifest(parseJson(manifestBytes))
  const { bestSellers, items } = manifest
  const hasTail = manifest.tail !== undefined
  if (bestSellers && !kept) onPopularity?.({ ...bestSellers, items, hasTail })
  const reusable = keptFiles(kept)
  // The popularity file is fetched first and alone, because other downloads would slow it down.
  const isFirst = ({ name }: ModelFile) => name === MODEL_FILES.popularity
  const take = async ({ name }: ModelFile) =>
    [name, await get(`${latest.version}/${name}`)] as const
  const missing = manifest.files.filter(({ sha256 }) => !reusable.has(sha256))
  const reused = manifest.files.flatMap(({ name, sha256 }) => {
    const bytes = reusable.get(sha256)
    return bytes ? [[name, bytes] as const] : []
  })
  const first = await Promise.all(missing.filter(isFirst).map(take))
  for (const [, bytes] of first) {
    const { itemIds, popularity30 } = await readPopularity(manifest, bytes)
    onPopularity?.({ ids: itemIds, popularity: popularity30, items, hasTail })
  }
  const rest = await Promise.all(missing.filter((file) => !isFirst(file)).map(take))
  const download: Download = {
    key: 'model',
    version: latest.manifest,
    url: directory,
    time: now,
    files: {
      [LATEST]: utf8(JSON.stringify(latest)),
      [MANIFEST]: manifestBytes,
      ...Object.fromEntries([...reused, ...first, ...rest]),
    },
  }
  return { download, loaded: await readDownload(download) }
}

/**
 * Answers a request to the shop's server from stored files: `latest.json` and the files of the stored version.
 * @param url absolute
 * @returns null for any other URL
 * @throws NearsideError `model-corrupt` if the stored manifest can't be read
 */
export function answerOf(
  { url: directory, version, files }: Download,
  url: string,
): Uint8Array | null {
  if (!url.startsWith(directory)) return null
  const path = url.slice(directory.length)
  const manifest = parseManifest(parseJson(files[MANIFEST]))
  if (path === LATEST)
    return files[LATEST] ?? utf8(JSON.stringify({ version: manifest.version, manifest: version }))
  const folder = `${manifest.version}/`
  return path.startsWith(folder) ? (files[path.slice(folder.length)] ?? null) : null
}

/** Stored files by the SHA-256 that their manifest states; `readBaseModel` checks the bytes. */
function keptFiles(kept: Download | null): ReadonlyMap<string, Uint8Array> {
  const bytes = kept?.files[MANIFEST]
  if (!kept || !bytes) return new Map()
  try {
    const manifest: ModelManifest = parseManifest(parseJson(bytes))
    return new Map(
      manifest.files.flatMap(({ name, sha256 }) =>
        kept.files[name] ? [[sha256, kept.files[name]] as const] : [],
      ),
    )
  } catch {
    // The stored manifest is unreadable, so all files are fetched again.
    return new Map()
  }
}
