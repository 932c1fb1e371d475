/** @module Validates data from outside; small, because the worker includes it. Servers and commands use zod instead. */
import { type ErrorCode, NearsideError } from './error.ts'
import { isRecord } from './isRecord.ts'

/** @throws NearsideError with this code if the bytes are not JSON in UTF-8 */
export function readJson(bytes: Uint8Array | undefined, code: ErrorCode, message: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw NearsideError.from(error, code, message)
  }
}

export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Returns the value as type `T`, or throws; `what` names its place in the error. */
export type Read<T> = (value: unknown, what: string) => T

/** @param refuse makes the error from the name of the invalid value and an optional reason */
export function createReaders(refuse: (what: string, why?: string) => Error) {
  const number =
    (holds: (value: number) => boolean = () => true): Read<number> =>
    (value, what) => {
      if (typeof value === 'number' && Number.isFinite(value) && holds(value)) return value
      throw refuse(what)
    }
  const whole = (least: number, most: number) =>
    number((value) => Number.isInteger(value) && value >= least && value <= most)
  const text =
    (pattern: RegExp): Read<string> =>
    (value, what) => {
      if (typeof value === 'string' && pattern.test(value)) return value
      throw refuse(what)
    }
  const oneOf =
    <const T>(...known: readonly T[]): Read<T> =>
    (value, what) => {
      if (known.includes(value as T)) return value as T
      throw refuse(what)
    }
  const optional =
    <T>(read: Read<T>): Read<T | undefined> =>
    (value, what) =>
      value === undefined ? undefined : read(value, what)
  const list =
    <T>(read: Read<T>, most: number): Read<readonly T[]> =>
    (value, what) => {
      if (!Array.isArray(value) || value.length > most) throw refuse(what)
      return value.map((one, place) => read(one, `${what}.${place}`))
    }
  const record =
    <T>(read: Read<T>): Read<Readonly<Record<string, T>>> =>
    (value, what) => {
      if (!isRecord(value)) throw refuse(what)
      const entries = Object.entries(value)
      return Object.fromEntries(entries.map(([name, one]) => [name, read(one, `${what}.${name}`)]))
    }
  /** Reads the given members into a new object; it ignores other members and leaves absent members out. */
  const object =
    <T>(members: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> =>
    (value, what) => {
      if (!isRecord(value)) throw refuse(what || 'the whole value')
      const read = Object.entries<Read<unknown>>(members).flatMap(([name, readMember]) => {
        const member = readMember(value[name], what ? `${what}.${name}` : name)
        return member === undefined ? [] : [[name, member]]
      })
      return Object.fromEntries(read)
    }
  /** Like `object`, but unknown members are rejected, since they could change the meaning. */
  const exactly = <T>(members: Parameters<typeof object<T>>[0]): Read<T> => {
    const read = object(members)
    return (value, what) => {
      const names = isRecord(value) ? Object.keys(value) : []
      const extra = names.find((name) => !Object.hasOwn(members, name))
      if (extra !== undefined)
        throw refuse(what || 'it', `has the unknown field ${JSON.stringify(extra)}`)
      return read(value, what)
    }
  }
  return { exactly, list, number, object, oneOf, optional, record, text, whole }
}
