/**
 * @module Publishes model versions. A version is written to a staging folder, flushed to the disk and renamed to its
 * name. Then a rename replaces `latest.json`. So readers see either the old state or the new state, even after a crash.
 * A published version never changes, because it may be cached for ever.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { equalBytes, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { manifestBytes } from '@nearside/core/model/files.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { readJson } from '@nearside/core/reading.ts'
import { type Disk, nodeDisk } from './disk.ts'
import type { SignRelease } from './sign.ts'
import { type SplitModel, splitTail, type UnpublishedModel } from './splitTail.ts'

interface PublishOptions {
  /** Name of the version; default: the next number. */
  readonly version?: string
  readonly sign?: SignRelease
  readonly disk?: Disk
}

/** Milliseconds after which a staging folder counts as abandoned if its process can't be checked. */
const ABANDONED_AFTER = 3_600_000
const STAGING = /^\.staging-(.*)-(\d+)-[^-]+$/

/** Number after the highest version in `models`. */
export async function nextVersion(models: string, disk: Disk = nodeDisk): Promise<string> {
  const numbers = (await disk.list(models)).filter((name) => /^\d{1,15}$/.test(name)).map(Number)
  return String(Math.max(0, ...numbers) + 1)
}

/**
 * Publishes a model; `splitTail` splits a large model first. Publishing the same model under the same name again only
 * increases the release number, so a process that crashed can repeat the publication.
 * @throws NearsideError `version-taken` if another model has the name; `storage-full`, `storage-unavailable`; errors of
 * `requireSigner`, or what `sign` throws
 */
export async function publishModel(
  models: string,
  model: UnpublishedModel,
  { version, sign, disk = nodeDisk }: PublishOptions = {},
): Promise<LatestModel> {
  return staged(models, disk, async (staging) => {
    await requireSigner(models, sign, disk)
    const split = await splitTail(model)
    const { files, manifest: made } = split ?? model
    if (split) await placeTail(models, staging, split, disk)
    const draft = await writeDraft(staging, files, disk)
    for (;;) {
      const name = version ?? (await nextVersion(models, disk))
      const manifest = manifestBytes({ ...made, version: name })
      const latest: LatestModel = { version: name, manifest: await sha256Hex(manifest) }
      await disk.write(join(draft, 'manifest.json'), manifest)
      await disk.sync(draft)
      if (await moveTo(join(models, name), draft, 'manifest.json', manifest, disk)) {
        await disk.sync(models)
        return replaceLatest(models, staging, latest, sign, disk)
      }
      if (version !== undefined) throw taken(models, name)
    }
  })
}

/**
 * Publishes an exact copy of a model that is published elsewhere, under the same version name and release.
 * @param files files of the version by name, including manifest.json
 * @param check throws if this version must not follow `previous`, which is null for the first version
 * @throws NearsideError as `publishModel`
 */
export async function publishCopy(
  models: string,
  latest: LatestModel,
  files: ReadonlyMap<string, Uint8Array>,
  check: (previous: LatestModel | null) => Promise<void>,
  disk: Disk = nodeDisk,
): Promise<void> {
  await staged(models, disk, async (staging) => {
    const draft = await writeDraft(staging, files, disk)
    await disk.sync(draft)
    const manifest = files.get('manifest.json') ?? new Uint8Array(0)
    await check(await readLatestFile(models, disk))
    if (!(await moveTo(join(models, latest.version), draft, 'manifest.json', manifest, disk)))
      throw taken(models, latest.version)
    await disk.sync(models)
    const asItIs: SignRelease = async (_, previous) => {
      await check(previous)
      return latest
    }
    await replaceLatest(models, staging, latest, asItIs, disk)
  })
}

/**
 * Signs the current version as a new release, e.g. to extend its validity.
 * @throws NearsideError `model-unreachable` if nothing is published
 */
export async function signAgain(
  models: string,
  sign: SignRelease,
  disk: Disk = nodeDisk,
): Promise<LatestModel> {
  return staged(models, disk, async (staging) => {
    const latest = await readLatestFile(models, disk)
    if (latest) return replaceLatest(models, staging, latest, sign, disk)
    throw new NearsideError('model-unreachable', `no model is published in ${models}`)
  })
}

/** @throws NearsideError `input-invalid` if the last release was signed, and there is no signer for the next */
export async function requireSigner(
  models: string,
  sign: SignRelease | undefined,
  disk: Disk = nodeDisk,
): Promise<void> {
  if (sign || !(await readLatestFile(models, disk))?.signed) return
  throw invalidInput(
    `the release in ${models} is signed, and devices may refuse an unsigned release: give --key`,
  )
}

/**
 * Publishes the folder of the less popular items. Its name is a hash of its content, so a published folder of that name
 * is not replaced.
 */
async function placeTail(
  models: string,
  staging: string,
  { manifest, tail }: SplitModel,
  disk: Disk,
): Promise<void> {
  const { folder = '' } = manifest.tail ?? {}
  const index = tail.get('index.json') ?? new Uint8Array(0)
  const draft = await writeDraft(staging, tail, disk, 'tail')
  await disk.sync(draft)
  if (!(await moveTo(join(models, folder), draft, 'index.json', index, disk)))
    throw taken(models, folder)
}

async function writeDraft(
  staging: string,
  files: ReadonlyMap<string, Uint8Array>,
  disk: Disk,
  name = 'version',
): Promise<string> {
  const draft = join(staging, name)
  await disk.makeFolder(draft)
  for (const [name, bytes] of files) await disk.write(join(draft, name), bytes)
  return draft
}

async function replaceLatest(
  models: string,
  staging: string,
  model: LatestModel,
  sign: SignRelease | undefined,
  disk: Disk,
): Promise<LatestModel> {
  const draft = join(staging, 'latest.json')
  for (;;) {
    const previous = await readLatestFile(models, disk)
    const latest = sign ? await sign(model, previous) : model
    await disk.write(draft, utf8(`${JSON.stringify(latest)}\n`))
    // The helper (second server) may sign slowly. If another process has published meanwhile, the model is signed
    // again.
    const now = sign ? await readLatestFile(models, disk) : previous
    if (now?.signed?.release !== previous?.signed?.release) continue
    await disk.rename(draft, join(models, 'latest.json'))
    await disk.sync(models)
    return latest
  }
}

/** Content of `latest.json`; null if it is missing or damaged. */
export async function readLatestFile(
  models: string,
  disk: Disk = nodeDisk,
): Promise<LatestModel | null> {
  try {
    const bytes = await disk.read(join(models, 'latest.json'))
    return parseLatest(readJson(bytes, 'model-corrupt', 'latest.json'))
  } catch {
    return null
  }
}

/** Runs `work` in a staging folder beside the versions, and removes the folder afterwards. */
async function staged<T>(
  models: string,
  disk: Disk,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  const staging = join(models, `.staging-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`)
  try {
    await disk.makeFolder(models)
    await sweep(models, disk)
    await disk.makeFolder(staging)
    return await work(staging)
  } catch (thrown) {
    throw explained(thrown, models)
  } finally {
    // A failed clean-up must not hide the error of `work`; the next publication removes the folder.
    await disk.remove(staging).catch(() => {})
  }
}

/**
 * Renames `draft` to `target`.
 * @param name name of the file with the hashes of all other files of the folder
 * @param bytes content of this file
 * @returns false if `target` exists with other content
 */
async function moveTo(
  target: string,
  draft: string,
  name: string,
  bytes: Uint8Array,
  disk: Disk,
): Promise<boolean> {
  try {
    await disk.rename(draft, target)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error
  }
  const there = await disk.read(join(target, name)).catch(() => null)
  return there !== null && equalBytes(there, bytes)
}

/** Removes staging folders of processes that died while publishing. */
async function sweep(models: string, disk: Disk): Promise<void> {
  for (const name of await disk.list(models)) {
    const [, host, pid] = STAGING.exec(name) ?? []
    if (pid === undefined) continue
    const path = join(models, name)
    const age = Date.now() - (await disk.changedAt(path).catch(() => Date.now()))
    if ((host === hostname() && !isRunning(Number(pid))) || age > ABANDONED_AFTER)
      await disk.remove(path)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function taken(models: string, version: string): NearsideError {
  return new NearsideError(
    'version-taken',
    `${join(models, version)} is already published and can't be changed: choose another name, or omit it to take the next number`,
  )
}

function explained(thrown: unknown, models: string): NearsideError {
  const { code } = thrown as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
  return NearsideError.from(
    thrown,
    full ? 'storage-full' : 'storage-unavailable',
    full ? `no room in ${models}, the model was not published` : `the model was not published`,
  )
}
