/**
 * @module Signed releases of the base model and of the rules file that this device has seen. The newest release is
 * stored before its model or rules are used, so that the device refuses older releases later.
 */
import { utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { type Release, rulesRelease } from '@nearside/core/model/release.ts'
import { checkRelease, readModelKeys, requireSigned } from '../learning/release.ts'
import type { Download } from '../storage/store.ts'
import type { Services } from './services.ts'

/** Reads the `latest.json` of a stored download; null if it is missing or damaged. */
export type ReadLatest = (row: Pick<Download, 'files'>) => Release | null

export type Releases = ReturnType<typeof createReleases>

/**
 * @param readLatest function of the model code; passed in, because this file, which few shops load, must not import
 * that code
 * @throws NearsideError `input-invalid` for invalid keys
 */
export function createReleases(
  { config, notices, now, store }: Services,
  readLatest: ReadLatest,
  key: Download['key'] = 'release',
) {
  const url = config.baseModel
  const keys = readModelKeys(config.modelKeys)
  /** Newest release that this tab has seen, in case the release can't be stored. */
  let seen: Release | null = null

  const isSigned = async (latest: Release) =>
    requireSigned(latest, keys).then(
      () => true,
      () => false,
    )

  /** Newest release known. A stored release with other keys or from an earlier address doesn't count. */
  async function newest(): Promise<Release | null> {
    const row = await store.download(key).catch(() => null)
    const kept = row?.url === url ? readLatest(row) : null
    return kept && releaseOf(kept) > releaseOf(seen) && (await isSigned(kept)) ? kept : seen
  }

  async function keep(latest: Release): Promise<void> {
    seen = latest
    const version = latest.manifest
    const row: Download = { key, version, url, time: now(), ...rowOf(latest) }
    try {
      await store.putDownload(row)
    } catch (cause) {
      const message =
        'A release number could not be stored: after this tab closes, an older release goes unnoticed.'
      notices.add(new NearsideError('storage-unavailable', message, { cause }))
    }
  }

  return {
    /** @throws NearsideError as `checkRelease` */
    async check(latest: Release): Promise<void> {
      const known = await newest()
      await checkRelease(latest, keys, known, now())
      if (releaseOf(latest) > releaseOf(known)) await keep(latest)
    },
    /** Whether the stored model may be used: the shop's current keys have signed it. Its release may have expired. */
    async isVouched(kept: Download): Promise<boolean> {
      const latest = readLatest(kept)
      if (latest?.manifest !== kept.version || !(await isSigned(latest))) return false
      if (releaseOf(latest) > releaseOf(seen)) seen = latest
      return true
    },
  }
}

/**
 * Checks the signature of a rules file.
 * @param isKept whether the file was checked before it was stored; such a file may have expired
 * @throws NearsideError `rules-invalid`
 */
export type RulesCheck = (content: unknown, isKept: boolean) => Promise<void>

/** @throws NearsideError `input-invalid` for invalid keys */
export function createRulesCheck(
  services: Services,
  readLatest: ReadLatest,
  baseModel: string,
): RulesCheck {
  // The helper (an aggregation server) signs models, but no rules.
  const { helper: _, ...modelKeys } = readModelKeys(services.config.modelKeys)
  const read: ReadLatest = (row) => {
    const latest = readLatest(row)
    return latest && { ...latest, of: 'rules' }
  }
  const config = { ...services.config, baseModel, modelKeys }
  const releases = createReleases({ ...services, config }, read, 'rules-release')
  const parse = (latest: Release) => read(rowOf(latest)) ?? { ...latest, signed: undefined }
  return async (content, isKept) => {
    try {
      const release = await rulesRelease(content, parse)
      await (isKept ? requireSigned(release, modelKeys) : releases.check(release))
    } catch (cause) {
      throw new NearsideError('rules-invalid', (cause as Error).message, { cause })
    }
  }
}

const rowOf = (latest: Release) => ({ files: { 'latest.json': utf8(JSON.stringify(latest)) } })

const releaseOf = (latest: Release | null): number => latest?.signed?.release ?? 0
