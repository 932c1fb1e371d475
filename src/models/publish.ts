/**
 * @module The only way to publish a model version, for `pretrain` and for the aggregation server.
 * A version is written in a staging folder, flushed to the disk and renamed to its name; then
 * `latest.json` is replaced by a rename. Whoever reads meanwhile, and whoever comes after a crash,
 * finds the old state or the new one. A version that exists is never written to: it may be cached
 * for ever.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { equalBytes, sha256Hex, utf8 } from '../core/bytes.ts'
import { NearsideError } from '../core/error.ts'
import { manifestBytes } from '../core/model/files.ts'
import { type LatestModel, type ModelManifest, parseLatest } from '../core/model/manifest.ts'
import { readJson } from '../core/reading.ts'
import { type Disk, nodeDisk } from './disk.ts'
import type { SignRelease } from './sign.ts'

export interface UnpublishedModel {
  readonly manifest: ModelManifest
  /** Every file of the version but manifest.json, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

interface PublishOptions {
  /** The version's name; by default the next number. */
  readonly version?: string
  /** Makes it a signed release. */
  readonly sign?: SignRelease
  readonly disk?: Disk
}

/** Staging of another machine, or of a process whose number was given again, is left this long. */
const ABANDONED_AFTER = 3_600_000
const STAGING = /^\.staging-(.*)-(\d+)-[^-]+$/

/** The number after the highest version in `models`, so that a retired one is never used again. */
export async function nextVersion(models: string, disk: Disk = nodeDisk): Promise<string> {
  const numbers = (await disk.list(models)).filter((name) => /^\d{1,15}$/.test(name)).map(Number)
  return String(Math.max(0, ...numbers) + 1)
}

/**
 * Publishes a model. To publish the same model under the same name twice is the same as once (but for
 * the number of its release), so that a process that died in between can simply do it again.
 * @throws NearsideError `version-taken` for the name of another model, `storage-full`,
 * `storage-unavailable`, as `requireSigner`, or what `sign` throws
 */
export async function publishModel(
  models: string,
  model: UnpublishedModel,
  { version, sign, disk = nodeDisk }: PublishOptions = {},
): Promise<LatestModel> {
  return staged(models, disk, async (staging) => {
    await requireSigner(models, sign, disk)
    const draft = await writeDraft(staging, model.files, disk)
    for (;;) {
      const name = version ?? (await nextVersion(models, disk))
      const manifest = manifestBytes({ ...model.manifest, version: name })
      const latest: LatestModel = { version: name, manifest: await sha256Hex(manifest) }
      await disk.write(join(draft, 'manifest.json'), manifest)
      await disk.sync(draft)
      if (await moveTo(join(models, name), draft, manifest, disk)) {
        await disk.sync(models)
        return replaceLatest(models, staging, latest, sign, disk)
      }
      if (version !== undefined) throw taken(models, name)
    }
  })
}

/**
 * What was published elsewhere, to the byte: under its own name, in the release that it is.
 * @param files of the version, by name; manifest.json is one
 * @param check throws where this one must not follow `previous`, which is null for the first
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
    if (!(await moveTo(join(models, latest.version), draft, manifest, disk)))
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
 * What is published once more, as a new release: to begin with signatures, or before the last one ends.
 * @throws NearsideError `model-unreachable` where nothing is published
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

/**
 * Before minutes of training, too.
 * @throws NearsideError `input-invalid` where the last release was signed, and the next would not be
 */
export async function requireSigner(
  models: string,
  sign: SignRelease | undefined,
  disk: Disk = nodeDisk,
): Promise<void> {
  if (sign || !(await readLatestFile(models, disk))?.signed) return
  const message = `what is published in ${models} is signed, and devices may refuse what is not: give --key`
  throw new NearsideError('input-invalid', message)
}

/** A version's files in a folder of their own, which is returned. */
async function writeDraft(
  staging: string,
  files: ReadonlyMap<string, Uint8Array>,
  disk: Disk,
): Promise<string> {
  const draft = join(staging, 'version')
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
    // Signing may take as long as the helper does: whoever published meanwhile keeps the lower number.
    const now = sign ? await readLatestFile(models, disk) : previous
    if (now?.signed?.release !== previous?.signed?.release) continue
    await disk.rename(draft, join(models, 'latest.json'))
    await disk.sync(models)
    return latest
  }
}

/** Null where there is none, or it is damaged. */
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

/** Works in a folder beside the versions, which is gone afterwards. */
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
    // The failure itself is what to tell; the next start removes what stays.
    await disk.remove(staging).catch(() => {})
  }
}

/**
 * For a name that a person chose, before minutes of training.
 * @throws NearsideError `version-taken`
 */
export async function requireFree(models: string, version: string): Promise<void> {
  if ((await nodeDisk.list(models)).includes(version)) throw taken(models, version)
}

/** Whether `target` is now what `draft` was, or was the same before; false if it is another model. */
async function moveTo(
  target: string,
  draft: string,
  manifest: Uint8Array,
  disk: Disk,
): Promise<boolean> {
  try {
    await disk.rename(draft, target)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error
  }
  const there = await disk.read(join(target, 'manifest.json')).catch(() => null)
  return there !== null && equalBytes(there, manifest)
}

/** Removes what processes that died while publishing left behind. */
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
    `${join(models, version)} is published, and a published version is never changed: choose another name, or none for the next number`,
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
