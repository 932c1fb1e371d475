/**
 * @module Decides which shoppers are held out of training. A share of the shoppers is chosen by id and seed alone, so
 * `pretrain` and `evaluate` agree without sharing a list.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { invalidInput } from '@nearside/core/error.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'

/** Held-out shoppers: a share of all shoppers, or the named shoppers. */
export type Holdout = { readonly fraction: number } | { readonly shoppers: ReadonlySet<string> }

/** Hashes a shopper's id to [0, 1) by FNV-1a with a final avalanche. */
function place(shopper: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < shopper.length; i++) {
    hash = Math.imul(hash ^ shopper.charCodeAt(i), 0x01000193) >>> 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296
}

/** Fold of a shopper, 0 … `folds` − 1. With five folds, fold 0 is the hold-out of a fifth. */
export function foldOf(shopper: string, folds: number, seed: number): number {
  return Math.floor(place(shopper, seed) * folds)
}

export function isHeldOut(shopper: string, fraction: number, seed: number): boolean {
  return place(shopper, seed) < fraction
}

/** @returns function that says whether a shopper is held out of training */
export function isOutOf(holdout: Holdout, seed: number): (shopper: string) => boolean {
  return (id) =>
    'shoppers' in holdout ? holdout.shoppers.has(id) : isHeldOut(id, holdout.fraction, seed)
}

/**
 * Hash of the named held-out shoppers with events before `until`, so that it stays the same when the log and the file
 * of names grow. Absent if a share of the shoppers is held out.
 * @returns SHA-256, hex
 */
export function hashOfHeldOut(
  { shoppers }: { readonly shoppers: readonly ShopperHistory[] },
  holdout: Holdout,
  until: number,
): { readonly hash?: string } {
  if (!('shoppers' in holdout)) return {}
  const ids = shoppers
    .filter(
      ({ id, interactions }) =>
        holdout.shoppers.has(id) && (interactions[0]?.time ?? until) < until,
    )
    .map(({ id }) => id)
  return { hash: createHash('sha256').update(JSON.stringify(ids.sort())).digest('hex') }
}

/**
 * Parses the value of `--holdout`: a share, or the path of a file with one id per line.
 * @throws NearsideError `input-invalid`
 */
export async function readHoldout(text: string): Promise<Holdout> {
  const fraction = text.trim() === '' ? Number.NaN : Number(text)
  if (fraction >= 0 && fraction < 1) return { fraction }
  const refuse = (why: string, cause?: unknown) => invalidInput(`--holdout ${text}: ${why}`, cause)
  if (!Number.isNaN(fraction)) throw refuse('a fraction must be at least 0 and below 1')
  const file = await readFile(text, 'utf8').catch((cause) => {
    throw refuse('is neither a fraction nor a readable file', cause)
  })
  const ids = file.split(/\r?\n/).filter((id) => id !== '')
  if (ids.length === 0) throw refuse('names no shopper (write one id per line)')
  return { shoppers: new Set(ids) }
}
