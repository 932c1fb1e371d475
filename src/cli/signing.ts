/** @module Options for signing, shared by commands that publish. */
import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings'
import { createCosigner } from '@nearside/aggregate/server/cosigner.ts'
import { type ModelKeys, readModelKeys } from '@nearside/browser/learning/release.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { rulesRelease } from '@nearside/core/model/release.ts'
import {
  createSigner,
  DEFAULT_DAYS,
  readSigningKey,
  type Signer,
} from '@nearside/train/models/sign.ts'
import { commaSeparated, httpUrl, wholeNumber } from './values.ts'

export const KEY = [
  '--key <file>',
  'key file that signs what is published; several separated by commas',
  commaSeparated,
] as const
export const DAYS = [
  '--days <n>',
  'number of days for which a signed release is valid',
  wholeNumber(1, 366),
  DEFAULT_DAYS,
] as const

export function publicKeys(text: string): string[] {
  const keys = commaSeparated(text)
  if (keys.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key))) return keys
  throw new InvalidArgumentError('It takes public keys as `nearside keys` prints them.')
}

/** Reads public keys separated by commas, or a JSON file, which can require several signatures or an aggregator's. */
export function modelKeys(text: string): ModelKeys {
  if (!text.endsWith('.json')) return { publishers: publicKeys(text) }
  try {
    return readModelKeys(JSON.parse(readFileSync(text, 'utf8')))
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

export function withSigning<Args extends unknown[], Options extends OptionValues>(
  syntax: Command<Args, Options>,
) {
  return syntax
    .option(...KEY)
    .option('--helper <url>', 'URL of a helper that signs as well', httpUrl)
    .option(...DAYS)
}

/** Opens the signer of models; undefined if no key is given. */
export async function openSigner(
  given: { readonly key?: readonly string[]; readonly helper?: string; readonly days: number },
  models?: string,
  least?: number,
): Promise<Signer | undefined> {
  const { key: names = [], helper } = given
  if (names.length === 0 && helper !== undefined)
    throw invalidInput('--helper needs --key: a helper signs only what you have signed')
  const keys = await Promise.all(names.map((file) => readSigningKey(file, models)))
  const cosigner = helper === undefined ? undefined : createCosigner(helper, fetch)
  if (keys.length === 0) return undefined
  return createSigner({ keys, days: given.days, now: Date.now, least, cosigner })
}

/** Signs the content of a rules file. Returns an object with the signature, even if `content` is an array of rules. */
export type SignRules = (content: unknown) => Promise<Readonly<Record<string, unknown>>>

/**
 * Opens the signer of a rules file; undefined if no key is given. A release’s number is the time of signing, so that it
 * rises even if the earlier file is lost.
 */
export async function openRulesSigner(given: {
  readonly key?: readonly string[]
  readonly days: number
}): Promise<SignRules | undefined> {
  const open = () => openSigner(given, undefined, Date.now())
  if (!(await open())) return undefined
  return async (content) => {
    const { signed: _, ...said } = isRecord(content) ? content : { rules: content }
    const previous = await rulesRelease(content, parseLatest).catch(() => null)
    const signed = await (await open())?.sign(await rulesRelease(said, parseLatest), previous)
    return { ...said, signed: signed?.signed }
  }
}
