/**
 * @module Stored versions of the personal model. Each version has a checksum; a version is used only if it is intact
 * and belongs to the current base model.
 */

import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { concat, sha256Hex, toBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { isGuardState } from '@nearside/core/learning/guard.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { FitReport } from '../apiSnapshot.ts'
import { commitment, SALT_BYTES } from '../ledger/chain.ts'
import type { PersonalRecord, Store } from '../storage/store.ts'
import type { OwnLog } from '../worker/services.ts'
import type { Fitted, InUse } from './personalFit.ts'

export interface StoredPersonal extends InUse {
  readonly version: number
  /** Hash of the base model's manifest; the personal parameters are valid for that model only. */
  readonly base: string
  readonly summary: FitReport | null
}

async function checksumOf(base: string, u: Float32Array, w: Float32Array): Promise<string> {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  return sha256Hex(concat(new TextEncoder().encode(base), bytesOf(u), bytesOf(w)))
}

/**
 * Stores a fit as the version in use and logs a commitment to it; returns null if the shopper erased everything in the
 * meantime.
 */
export async function storePersonal(
  { store, log }: { readonly store: Pick<Store, 'putPersonal'>; readonly log: OwnLog },
  fitted: Fitted,
  base: string,
  time: number,
  epoch: number,
): Promise<number | null> {
  // JSON has no −0. Adding 0 turns −0 into 0, so that the exported model has the checksum that the log states.
  const [u, w] = [fitted.parameters.u, fitted.parameters.w].map((one) => one.map((x) => x + 0))
  const facts = {
    base,
    time,
    fusionWeight: fitted.fusionWeight,
    guard: fitted.guard,
    until: fitted.until,
    report: fitted.summary,
    checksum: await checksumOf(base, u, w),
  }
  const salt = toBase64(cryptoRandomBytes(SALT_BYTES))
  const detail = { base, engine: fitted.summary.engine, commitment: await commitment(salt, facts) }
  await log.append({ kind: 'learn', detail })
  return store.putPersonal({ ...facts, u, w, salt }, epoch)
}

/**
 * Loads the version in use or, if it is damaged, the newest intact version for the same base model.
 * @returns `damaged`: number of versions with a wrong checksum
 */
export async function loadPersonal(
  store: Pick<Store, 'personal'>,
  base: string,
): Promise<{ readonly personal: StoredPersonal | null; readonly damaged: number }> {
  const { current, versions } = await store.personal()
  if (current === null) return { personal: null, damaged: 0 }
  const rows = versions
    .filter((row) => versionOf(row) <= current)
    .sort((a, b) => versionOf(b) - versionOf(a))
  let damaged = 0
  for (const row of rows) {
    try {
      const record = await readRecord(row)
      if (record.base !== base) continue
      return { personal: record, damaged }
    } catch {
      damaged++
    }
  }
  return { personal: null, damaged }
}

const versionOf = (row: unknown) => (row as Partial<PersonalRecord> | null)?.version ?? -1

/** @throws NearsideError `storage-corrupt` */
async function readRecord(row: unknown): Promise<StoredPersonal> {
  const record = row as Partial<PersonalRecord>
  const { version, base, u, w, fusionWeight, guard, until, checksum, report } = record
  const intact =
    typeof version === 'number' &&
    typeof base === 'string' &&
    u instanceof Float32Array &&
    u.length === DIMENSION &&
    w instanceof Float32Array &&
    w.length === FEATURE_COUNT &&
    typeof fusionWeight === 'number' &&
    typeof until === 'number' &&
    isGuardState(guard) &&
    (await checksumOf(base, u, w)) === checksum
  if (!intact) throw new NearsideError('storage-corrupt', 'A stored personal model is damaged.')
  return {
    version,
    base,
    parameters: { u, w },
    fusionWeight,
    guard,
    until,
    summary: (report as FitReport | undefined) ?? null,
  }
}
