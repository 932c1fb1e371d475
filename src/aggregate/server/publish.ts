/**
 * @module The publish directory: `<version>/` with its files, and `latest.json`, which is switched
 * last and in one step. A version is never changed once it is named by `latest.json`; files that
 * two versions share are copied, not linked, so that an operator's edit of one can't reach another.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, sha256, toHex } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import { type ModelManifest, parseLatest, parseManifest } from '../../core/model/manifest.ts'

export interface PublishedModel {
  readonly version: string
  /** Hex SHA-256 of manifest.json. */
  readonly hash: string
  readonly manifest: ModelManifest
  readonly directory: string
}

/** A model that is not published yet. */
export interface Candidate {
  readonly manifest: ModelManifest
  /** The bytes of manifest.json. */
  readonly manifestBytes: Bytes
  /** Files that differ from the parent's; the manifest says which others there are. */
  readonly files: ReadonlyMap<string, Bytes>
}

/** @throws NearsideError `model-corrupt` | `model-unreachable` */
export async function readLatest(models: string): Promise<PublishedModel> {
  let latest: Bytes
  try {
    latest = new Uint8Array(await readFile(join(models, 'latest.json')))
  } catch (cause) {
    const message = `No model is published in ${models}: copy one there (latest.json, <version>/)`
    throw new NearsideError('model-unreachable', message, { cause })
  }
  const { version, manifest: hash } = parseLatest(json(latest, 'latest.json'))
  const directory = join(models, version)
  let bytes: Bytes
  try {
    bytes = new Uint8Array(await readFile(join(directory, 'manifest.json')))
  } catch (thrown) {
    throw NearsideError.from(thrown, 'model-corrupt', `Model ${version} has no manifest`)
  }
  if (toHex(await sha256(bytes)) !== hash)
    throw new NearsideError(
      'model-corrupt',
      `The manifest of model ${version} is not the one named`,
    )
  return { version, hash, manifest: parseManifest(json(bytes, 'manifest.json')), directory }
}

/** The number after the highest version on disk, so that a retired one is never used again. */
export async function nextVersion(models: string): Promise<string> {
  const versions = (await readdir(models)).filter((name) => /^\d+$/.test(name)).map(Number)
  return String(Math.max(0, ...versions) + 1)
}

/**
 * Publishes `candidate` as its manifest's version. Doing it twice with the same candidate is the
 * same as once, so that a server that died in between can simply do it again.
 */
export async function publish(
  models: string,
  parent: PublishedModel,
  candidate: Candidate,
): Promise<void> {
  const { version } = candidate.manifest
  const target = join(models, version)
  const draft = join(models, `.draft-${randomUUID()}`)
  await sweep(models)
  await mkdir(draft, { recursive: true })
  try {
    for (const { name } of candidate.manifest.files) {
      const changed = candidate.files.get(name)
      if (changed) await writeDurably(join(draft, name), changed)
      else
        await copyFile(join(parent.directory, name), join(draft, name), constants.COPYFILE_FICLONE)
    }
    await writeDurably(join(draft, 'manifest.json'), candidate.manifestBytes)
    await syncDirectory(draft)
    await rm(target, { recursive: true, force: true })
    await rename(draft, target)
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true })
    throw NearsideError.from(thrown, 'storage-unavailable', `Model ${version} was not published`)
  }
  const manifest = toHex(await sha256(candidate.manifestBytes))
  const latest = new TextEncoder().encode(`${JSON.stringify({ version, manifest })}\n`)
  const next = join(models, `.latest-${randomUUID()}`)
  await writeDurably(next, latest)
  await rename(next, join(models, 'latest.json'))
  await syncDirectory(models)
}

/** Removes what a process that died while publishing left behind; only one leader publishes here. */
async function sweep(models: string): Promise<void> {
  for (const name of await readdir(models)) {
    if (/^\.(draft|latest)-/.test(name))
      await rm(join(models, name), { recursive: true, force: true })
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function json(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new NearsideError('model-corrupt', `${name} is not JSON`, { cause })
  }
}
