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
import { equalBytes, sha256Hex, utf8 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import { manifestBytes } from '../../core/model/files.ts'
import type { LatestModel, ModelManifest } from '../../core/model/manifest.ts'
import { type Disk, nodeDisk } from './disk.ts'

export interface UnpublishedModel {
  readonly manifest: ModelManifest
  /** Every file of the version but manifest.json, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
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
 * Publishes a model as `version`, or as the next number. To publish the same model under the same
 * name twice is the same as once, so that a process that died in between can simply do it again.
 * @throws NearsideError `version-taken` for the name of another model, `storage-full`,
 * `storage-unavailable`
 */
export async function publishModel(
  models: string,
  model: UnpublishedModel,
  version?: string,
  disk: Disk = nodeDisk,
): Promise<LatestModel> {
  const staging = join(models, `.staging-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`)
  try {
    await disk.makeFolder(models)
    await sweep(models, disk)
    const draft = join(staging, 'version')
    await disk.makeFolder(draft)
    for (const [name, bytes] of model.files) await disk.write(join(draft, name), bytes)
    for (;;) {
      const name = version ?? (await nextVersion(models, disk))
      const manifest = manifestBytes({ ...model.manifest, version: name })
      const latest: LatestModel = { version: name, manifest: await sha256Hex(manifest) }
      await disk.write(join(draft, 'manifest.json'), manifest)
      await disk.write(join(staging, 'latest.json'), utf8(`${JSON.stringify(latest)}\n`))
      await disk.sync(draft)
      if (await moveTo(join(models, name), draft, manifest, disk)) {
        await disk.sync(models)
        await disk.rename(join(staging, 'latest.json'), join(models, 'latest.json'))
        await disk.sync(models)
        return latest
      }
      if (version !== undefined) throw taken(models, name)
    }
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
