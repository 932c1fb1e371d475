/** @module Options for signing, shared by commands that publish. */
import { type Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings'
import { createCosigner } from '@nearside/aggregate/server/cosigner.ts'
import { NearsideError } from '@nearside/core/error.ts'
import {
  createSigner,
  DEFAULT_DAYS,
  readSigningKey,
  type Signer,
} from '@nearside/train/models/sign.ts'
import { httpUrl, wholeNumber } from './values.ts'

export const days = wholeNumber(1, 366)
export const files = (text: string) => text.split(',').map((one) => one.trim())

export function publicKeys(text: string): string[] {
  const keys = files(text)
  if (keys.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key))) return keys
  throw new InvalidArgumentError('It takes public keys as `nearside keys` prints them.')
}

export function withSigning<Args extends unknown[], Options extends OptionValues>(
  syntax: Command<Args, Options>,
) {
  return syntax
    .option('--key <file>', 'sign as a new release, with this key; several by comma', files)
    .option('--helper <url>', 'have the helper sign as well', httpUrl)
    .option('--days <n>', 'how long the release holds', days, DEFAULT_DAYS)
}

/** Opens the signer; undefined where no key is given. */
export async function openSigner(
  given: { readonly key?: readonly string[]; readonly helper?: string; readonly days: number },
  models: string,
  least?: number,
): Promise<Signer | undefined> {
  const { key: names = [], helper } = given
  if (names.length === 0 && helper !== undefined)
    throw new NearsideError(
      'input-invalid',
      '--helper goes with --key: it signs what you have signed',
    )
  const keys = await Promise.all(names.map((file) => readSigningKey(file, models)))
  const cosigner = helper === undefined ? undefined : createCosigner(helper, fetch)
  if (keys.length === 0) return undefined
  return createSigner({ keys, days: given.days, now: Date.now, least, cosigner })
}
