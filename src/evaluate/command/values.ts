/** @module Reads the values of options, or says in a line what is wrong with one. */
import { NearsideError } from '../../core/error.ts'
import { parseFraction } from './load.ts'

export function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function seedOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seed = Number(value)
  if (!/^\d+$/.test(value) || seed >= 2 ** 32)
    throw new NearsideError('input-invalid', `--seed ${value}: not a whole number below 2^32`)
  return seed
}

export function seedsOf(value: string | boolean | undefined): number {
  if (typeof value === 'string' && /^[1-9]\d?$/.test(value)) return Number(value)
  throw new NearsideError('input-invalid', `--seeds ${value}: not a whole number from 1 to 99`)
}

export function foldsOf(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && /^\d+$/.test(value) && Number(value) >= 2 && Number(value) <= 20)
    return Number(value)
  throw new NearsideError('input-invalid', `--folds ${value}: not a whole number from 2 to 20`)
}

export function shareOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const share = parseFraction(value, '--train-share')
  if (share !== null) return share
  throw new NearsideError('input-invalid', `--train-share ${value}: not a fraction`)
}

export function oneOf<T extends string>(
  option: string,
  value: string | boolean | undefined,
  allowed: readonly T[],
): T {
  const found = allowed.find((name) => name === value)
  if (found !== undefined) return found
  throw new NearsideError('input-invalid', `--${option} ${value}: choose ${allowed.join(' or ')}`)
}
