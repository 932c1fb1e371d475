/**
 * @module Makes malformed and lying bundles (devices' exports) at random from a clean bundle. Two verifiers must give
 * the same verdict on each of them.
 */

import { parseBundle } from '@nearside/audit/bundle.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { rechain, signed } from './tamper.ts'
import type { Exported } from './virtualDevice.ts'

const pick = <T>(random: Random, some: readonly T[]): T => some[random.integer(some.length)]
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Values that a parser may confuse with other values, such as 1 with `true`. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, [], {}, [null], { a: 1 }, '', ' ', 'x', '0', '1', 'true', 'everything'],
  ...[0, -0, 1, -1, 2, 3, 0.5, 1e-7, 1e21, 1e300, -1e300, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53],
  ...[2 ** 53 + 2, 253402300800000, 4102444800000, 0.1 + 0.2, 123456789012345680000],
  ...['\u0000', '\u2028', 'é', '\ud83d\ude00', '\ufeff', '\ud800', '\udc00a', 'ﬀ', '１２'],
  ...['AA==', 'AB==', 'AAA=', 'AAB=', 'AAAA', 'AAA', 'A-_A', `${'A'.repeat(43)}=`, '\n'],
  ...['0'.repeat(32), '0'.repeat(64), 'F'.repeat(64), `${'a'.repeat(64)}\n`, 'g'.repeat(64)],
  ...[
    `AQ${'A'.repeat(41)}=`,
    `7${'/'.repeat(41)}38=`,
    `AQ${'A'.repeat(40)}IA=`,
    `${'A'.repeat(86)}==`,
    `AQ${'A'.repeat(84)}==`,
    '2026-01-01',
  ],
  ...['https://evil.example/', 'https://leader.example/v1/reports', 'http://é/', 'javascript:1'],
  ...['POST', 'GET', 'upload', 'two-aggregators', 'account', 'terms', 'query', 'events'],
]
/** Texts to put in place of a JSON value, most of them invalid; `JSON.stringify` never writes any of them. */
const TOKENS: readonly string[] = [
  ...['NaN', 'Infinity', '-Infinity', 'undefined', '1e999', '-1e999', '-0', '01', '1.', '.5', '+1'],
  ...['0x1', '1_0', '1e', '１', 'True', 'None', "'x'", '"\t"', '"\\x"', '"\\u12"', '"\\ud800"'],
  ...['"\\uD83D\\uDE00"', '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"__proto__":{"x":1}}', '[1,]'],
  ...[
    '{,}',
    '/**/1',
    '1 1',
    '',
    `1${'0'.repeat(400)}`,
    `0.${'0'.repeat(400)}1`,
    '9007199254740993',
  ],
  ...['1.0', '1E0', '100e-2', '1\u00a0', '"\u007f"', '"\u{10ffff}"', '{"":1}', '[[[[[[]]]]]]'],
  ...[nested(20), nested(59), nested(60), nested(61), nested(62), nested(63), nested(900)],
  ...[nested(20_000), '{"a":'.repeat(900) + '1'.concat('}'.repeat(900)), '['.repeat(2000)],
]
const NAMES: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'x',
    'key',
    'signature',
    'hash',
  ],
  ...[
    'sequence',
    'through',
    'release',
    'contribute',
    'token',
    'wording',
    'demonstration',
    'relay',
    'sealed',
    'why',
    'orders',
    'undoes',
  ],
  ...['day', 'count', 'lastReport', 'lossSquared', 'reportId', 'checkpoints', 'openings', 'bits'],
]
const KINDS: readonly string[] = [
  ...['request', 'upload', 'receipt', 'consent', 'model', 'learn', 'guard', 'erase', 'restore'],
  ...[
    'seed',
    'failure',
    'fold',
    'export',
    'transfer',
    'Upload',
    'unknown',
    'agent',
    'consent withdrawn',
  ],
]
const RAW = '@raw@'

type Holder = Record<string, unknown>
interface Place {
  readonly holder: Holder
  readonly key: string
}
type Change = (root: Holder, place: Place, random: Random) => void

const OFTEN = ['ledger', 'ledger', 'ledger', 'settings', 'settings']

/** Draws a place in the bundle; places in the log are likelier, and places in a long list of numbers less likely. */
function place(root: Holder, random: Random): Place {
  const first = pick(random, [...OFTEN, ...Object.keys(root)])
  let at = { holder: root, key: first in root ? first : Object.keys(root)[0] }
  for (;;) {
    const value = at.holder[at.key]
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
    if (keys.length === 0 || random.integer(6) === 0) return at
    at = { holder: value as Holder, key: pick(random, keys) }
  }
}

function set({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

const entriesOf = (root: Holder): unknown[] => (Array.isArray(root.ledger) ? root.ledger : [])
const recordsOf = (root: Holder) => entriesOf(root).filter(isRecord)

const anyEntry = (entries: readonly unknown[], random: Random) =>
  random.integer(entries.length || 1)

/** Changes to log entries, as a lying device or damage to a file makes them. */
const MISPLACEMENTS: readonly Change[] = [
  (root, _, random) => {
    const entries = recordsOf(root)
    const [entry, other] = [pick(random, entries), pick(random, entries)]
    const days = pick(random, [-400, -2, -1.1, -1, -0.9, 0.9, 1, 1.1, 2, 400])
    if (entry && other) entry.time = Number(other.time) + 86_400_000 * days
  },
  (root, _, random) => {
    const entries = entriesOf(root)
    const from = anyEntry(entries, random)
    const moved = structuredClone(entries.slice(from, from + random.integer(3)))
    if (random.integer(2) === 0) entries.splice(from, moved.length)
    entries.splice(anyEntry(entries, random), 0, ...moved)
  },
  (root, _, random) => {
    const entry = pick(random, recordsOf(root))
    const isLike = random.integer(2) === 0
    const others = recordsOf(root).filter(({ kind }) => !isLike || kind === entry?.kind)
    const other = pick(random, others)
    if (entry && other) [entry.detail, other.detail] = [other.detail, entry.detail]
  },
]

/** Changes after which the format is still valid. */
const LIES: readonly Change[] = [
  ...MISPLACEMENTS,
  ...Array.from(
    { length: 6 },
    (): Change => (_, at, random) => {
      set(at, lie(at.holder[at.key], random))
    },
  ),
  (root, _, random) => {
    const entries = entriesOf(root)
    entries.splice(anyEntry(entries, random), 1)
  },
  (root, at, random) => {
    const other = place(root, random)
    const [one, two] = [at.holder[at.key], other.holder[other.key]]
    if (typeof one !== typeof two || String(one).length !== String(two).length) return
    set(at, two)
    set(other, one)
  },
  (_, at) => {
    if (Array.isArray(at.holder)) at.holder.splice(Number(at.key), 1)
    else if (OPTIONAL.includes(at.key)) delete at.holder[at.key]
  },
]
const OPTIONAL: readonly string[] = [
  ...['key', 'signature', 'wording', 'tokens', 'release', 'orders', 'undoes', 'token', 'salt'],
  'demonstration',
  ...['consent', 'budget', 'checkpoints', 'openings', 'made'],
]

function lie(value: unknown, random: Random): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') {
    const others = [value + 1, value - 1, 0, 2 * value, value / 2, value * (1 + 1e-7), 1e-3, 100]
    return pick(random, [...others, -value, Math.floor(value), 1e6, 1e-6])
  }
  if (typeof value !== 'string' || value === '') return value
  const at = random.integer(value.length)
  const letter = /^[0-9a-f]+$/.test(value) ? pick(random, ['0', 'a']) : pick(random, ['A', 'Q'])
  return value.slice(0, at) + letter + value.slice(at + 1)
}

const CHANGES: readonly Change[] = [
  ...MISPLACEMENTS,
  (_, at, random) => set(at, pick(random, VALUES)),
  (_, at, random) => set(at, `${RAW}${pick(random, TOKENS)}${RAW}`),
  (_, at) => {
    if (Array.isArray(at.holder)) at.holder.splice(Number(at.key), 1)
    else delete at.holder[at.key]
  },
  (_, at, random) => set({ ...at, key: pick(random, NAMES) }, pick(random, VALUES)),
  (_, { holder, key }, random) => set({ holder, key: pick(random, NAMES) }, holder[key]),
  (root, at, random) => {
    const other = place(root, random)
    set(at, structuredClone(other.holder[other.key]))
  },
  (_, at) => set(at, like(at.holder[at.key])),
  (_, at, random) => set(at, near(at.holder[at.key], random)),
  (root, _, random) => {
    const entry = pick(random, recordsOf(root))
    if (entry) entry.kind = pick(random, KINDS)
  },
]

/** A value that a careless parser treats as equal to `value`. */
function like(value: unknown): unknown {
  if (value === 1) return true
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string')
    return value === value.toUpperCase() ? [value] : value.toUpperCase()
  return Array.isArray(value) ? { ...value } : [value]
}

function near(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return value + pick(random, [1, -1, 1e-9, 0.5, value, -2 * value])
  if (typeof value !== 'string') return value
  const at = random.integer(value.length + 1)
  const letter = pick(random, ['A', 'B', 'a', '0', '=', '+', ' ', '\n', 'é', ''])
  return value.slice(0, at) + letter + value.slice(at + random.integer(2))
}

/** Changes to the file's bytes. Most of these changes make the file unreadable. */
const SPELLINGS: readonly ((text: string, random: Random) => string | Uint8Array)[] = [
  (text) => `\ufeff${text}`,
  (text, random) => text.slice(0, random.integer(text.length)),
  (text, random) =>
    text + pick(random, ['x', ' ', '\n', '\u0000', ',', '{}', '\u00a0', '\f', '//']),
  (text, random) => pick(random, [' ', '\n', '\t\r', '\v', '\u2003', '\u0085']) + text,
  (text, random) =>
    text.replace(/"(\w+)":/g, (all) => (random.integer(40) ? all : `${all}1,${all}`)),
  (text, random) => {
    const bytes = utf8(text)
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(8)
    return bytes
  },
  (text, random) => {
    const at = random.integer(text.length)
    const inserted = pick(random, [
      [0xff],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ])
    return Uint8Array.from([...utf8(text.slice(0, at)), ...inserted, ...utf8(text.slice(at))])
  },
  (text) => new Uint8Array(Buffer.from(text, 'utf16le')),
  (text) =>
    text
      .replaceAll('/', '\\/')
      .replace(/[a-f]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  (_, random) =>
    pick(random, ['', ' ', 'null', '[]', '{}', '""', '2', nested(64), nested(65), '"']),
]

/** @returns the changed file. Most files with a valid format get new hashes and signatures, as by a lying device. */
export async function mutate(clean: Exported, random: Random): Promise<Uint8Array> {
  const root = JSON.parse(clean.text) as Holder
  const isLie = random.integer(2) === 0
  for (let left = 1 + random.integer(3); left > 0; left--)
    pick(random, isLie ? LIES : CHANGES)(root, place(root, random), random)
  let text = JSON.stringify(root)
  if (random.integer(8) > 0) text = (await signAnew(text, clean, random)) ?? text
  return spelt(text, random)
}

/** @returns one of the helper's lists with one change */
export function mutateList(list: unknown, random: Random): Uint8Array {
  const root = structuredClone(list) as Holder
  pick(random, CHANGES)(root, place(root, random), random)
  return spelt(JSON.stringify(root), random)
}

function spelt(text: string, random: Random): Uint8Array {
  const raw = text.replace(/"@raw@((?:[^"\\]|\\.)*?)@raw@"/g, (_, token) =>
    JSON.parse(`"${token}"`),
  )
  const file = random.integer(8) === 0 ? pick(random, SPELLINGS)(raw, random) : raw
  return typeof file === 'string' ? utf8(file) : file
}

/** Computes a bundle's hash chain and signatures anew. @returns null if the bundle can't be signed */
async function signAnew(
  text: string,
  { signer }: Exported,
  random: Random,
): Promise<string | null> {
  try {
    const bundle = parseBundle(text)
    const secret = random.integer(2) === 0 ? bundle.settings.checkpoints : undefined
    const ledger = await rechain(bundle.ledger, signer, secret)
    return await signed({ bundle, signer }, ledger)
  } catch {
    return null
  }
}
