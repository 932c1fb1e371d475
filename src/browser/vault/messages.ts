/**
 * @module Messages that a vault (frame on another origin) accepts from an untrusted page: calls of the worker's
 * functions, made of plain data of limited size. The called functions check the values, as they do without a vault.
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import type { CallName, ToWorker } from '../messages.ts'
import { ENGINES } from '../page/readOptions.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string' && value.length <= 4000
const isNumber: Check = (value) => typeof value === 'number'
const isFlag: Check = (value) => typeof value === 'boolean'
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const isAny: Check = () => true

const isForgettable: Check = (what) =>
  isRecord(what) && isText(what.kind) && isText(what.name ?? what.id)
const isQuery: Check = (query) => isRecord(query) && isText(query.kind)
const isWatched: Check = (watched) =>
  isRecord(watched) &&
  Number.isSafeInteger(watched.id) &&
  (watched.query === null || isQuery(watched.query))
const isCaptured: Check = (captured) =>
  isRecord(captured) &&
  isText(captured.id) &&
  Number.isFinite(captured.time) &&
  isRecord(captured.input)
const areConditions: Check = (given) =>
  isRecord(given) &&
  [given.visible, given.savesData, given.globalPrivacyControl].every(isFlag) &&
  isOptional(isFlag)(given.offline) &&
  (given.battery === null || isNumber(given.battery))

const ARGUMENTS: Readonly<Record<CallName, readonly Check[]>> = {
  start: [isRecord],
  ping: [],
  capture: [isCaptured],
  seed: [isAny],
  events: [isNumber, isOptional(isForgettable)],
  list: [isQuery],
  watch: [(given) => Array.isArray(given) && given.every(isWatched)],
  explain: [isText],
  rankWithout: [isText, isRecord, isQuery],
  fineTune: [],
  setEngine: [(engine) => ENGINES.includes(engine as never)],
  setContribution: [isFlag, isOptional(isText)],
  contributionTerms: [],
  contribute: [],
  checkForUpdate: [],
  rules: [],
  pause: [isFlag],
  setPersist: [isFlag],
  // A hostile page must not say yes for the shopper, so only a no is accepted.
  setAgents: [(allowed) => allowed === false],
  logAgentCall: [isText, isNumber],
  forget: [isForgettable],
  restore: [isAny],
  erase: [],
  export: [],
  exportTransfer: [],
  importTransfer: [(file) => typeof file === 'string', isText],
  entries: [],
  profiles: [isText, isText, isOptional(isText)],
  verify: [],
  conditions: [areConditions],
  context: [isAny],
  close: [],
}

/** Maximum number of values in `start`. An array of a hundred thousand products has several million values. */
const MOST_AT_START = 8_000_000
/** Maximum number of values in any other call: a thousand past orders of twenty lines each. */
const MOST = 200_000

/** Reads a message; null if Nearside's own page code would not send it. */
export function readMessage(data: unknown): ToWorker | null {
  if (!isRecord(data) || !Number.isSafeInteger(data.id)) return null
  const { kind, id, name, args } = data
  if (kind === 'abort') return { kind, id: id as number }
  if (kind !== 'call' || typeof name !== 'string' || !Object.hasOwn(ARGUMENTS, name)) return null
  const checks = ARGUMENTS[name as CallName]
  const most = name === 'start' ? MOST_AT_START : MOST
  if (!Array.isArray(args) || args.length > checks.length || !isPlain(args, most)) return null
  if (!checks.every((check, at) => check(args[at]))) return null
  return { kind, id, name, args } as unknown as ToWorker
}

/** Whether a value consists of at most `most` arrays, simple objects and simple values; a text counts by its length. */
export function isPlain(given: unknown, most: number): boolean {
  const waiting: unknown[] = [given]
  let left = most
  while (waiting.length > 0) {
    const value = waiting.pop()
    left -= 1 + (typeof value === 'string' ? value.length >> 4 : 0)
    if (left < 0) return false
    if (typeof value !== 'object' || value === null) continue
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== Array.prototype) return false
    const members = Object.values(value)
    if (members.length > left) return false
    for (const member of members) waiting.push(member)
  }
  return true
}
