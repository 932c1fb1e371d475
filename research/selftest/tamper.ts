/**
 * @module Changes an exported bundle as a forger without the device's key could, or as a lying device that signs. The
 * verifier must find each of these changes.
 */

import type { Bundle } from '@nearside/audit/bundle.ts'
import type { Opening } from '@nearside/browser/contribution/makeReport.ts'
import { chain, commitment } from '@nearside/browser/ledger/chain.ts'
import { checkpointId } from '@nearside/browser/ledger/checkpoint.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { standsForOthers } from '@nearside/browser/ledger/removed.ts'
import type { Signer } from '@nearside/browser/ledger/signer.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import type { Random } from '@nearside/core/model/random.ts'
import type { Exported } from './virtualDevice.ts'

type Held = Omit<Bundle, 'salt' | 'ledger'>
type Entries = readonly LedgerEntry[]

export interface Scene {
  readonly bundle: Bundle
  readonly signer: Signer
  readonly other: Exported
  readonly random: Random
}

/** @returns the changed file; null if the change doesn't apply to this bundle */
export type Tampering = (scene: Scene) => Promise<string | null> | string | null

const write = (bundle: unknown) => JSON.stringify(bundle)
const withLedger = (bundle: Bundle, ledger: Entries) => write({ ...bundle, ledger })
const parse = (text: string) => JSON.parse(text) as Bundle

/**
 * Computes the hash chain anew. If a signer is given, entries that were signed are signed again.
 * @param secret checkpoint secret; if given, report ids are computed again, so that they fit the new hashes
 */
export async function rechain(
  ledger: Entries,
  signer: Signer | null,
  secret?: unknown,
): Promise<LedgerEntry[]> {
  const removed = ledger.findLast(standsForOthers)?.detail
  const before = removed && { sequence: Number(removed.through), hash: String(removed.hash) }
  const entries: LedgerEntry[] = []
  const ids = new Map<unknown, string>()
  for (const { detail: given, ...entry } of ledger) {
    const detail = { ...given }
    if (entry.kind === 'upload' && secret !== undefined) {
      const fixed = entries.find(({ sequence }) => sequence === given.through)
      const task = { round: Number(given.round), policyHash: String(given.policyHash) }
      const made = fixed && (await checkpointId(String(secret), task, fixed.hash))
      const id = ids.get(given.reportId) ?? made ?? String(given.reportId)
      ids.set(given.reportId, id)
      detail.reportId = id
    }
    if (entry.kind === 'receipt') detail.id = ids.get(given.id) ?? given.id
    const last = entries.at(-1) ?? (before as LedgerEntry | undefined) ?? null
    entries.push(await chain(last, { ...entry, detail }, entry.key === undefined ? null : signer))
  }
  return entries
}

/** Writes a bundle with this log, and with `held` in place of its other data, as an honest device would export it. */
export async function signed(
  { bundle, signer }: Pick<Scene, 'bundle' | 'signer'>,
  ledger: Entries,
  held: Partial<Held> = {},
): Promise<string> {
  const { salt, ledger: _, ...before } = bundle
  const content = { ...before, ...held }
  const detail = { commitment: await commitment(salt, content) }
  const last = { ...ledger[ledger.length - 1], detail }
  return write({ ...content, salt, ledger: await rechain(ledger.with(-1, last), signer) })
}

const lie =
  (
    kind: LedgerEntry['kind'],
    change: (entry: LedgerEntry) => LedgerEntry['detail'] | null,
  ): Tampering =>
  (scene) => {
    const { ledger } = scene.bundle
    const at = ledger.findLastIndex((entry) => entry.kind === kind)
    const detail = at < 0 ? null : change(ledger[at])
    return detail && signed(scene, ledger.with(at, { ...ledger[at], detail }))
  }

const lieOfReport =
  (change: (opening: Required<Opening>, random: Random) => Partial<Opening>): Tampering =>
  (scene) => {
    const { ledger, settings } = scene.bundle
    const openings = (settings.openings ?? []) as readonly Required<Opening>[]
    const sent = (id: string) =>
      ledger.some(({ kind, detail }) => kind === 'upload' && detail.reportId === id)
    const at = openings.findIndex(({ reportId }) => sent(reportId))
    if (at < 0) return null
    const changed = { ...openings[at], ...change(openings[at], scene.random) }
    return signed(scene, ledger, {
      settings: { ...settings, openings: openings.with(at, changed) },
    })
  }

/** Changes by somebody who has the file but not the device's signing key. */
export const WITHOUT_THE_KEY: Readonly<Record<string, Tampering>> = {
  'a value changed': ({ bundle, random }) => {
    const copy = parse(write(bundle))
    const { holder, key } = somewhere(copy, random)
    holder[key] = another(holder[key], random)
    return write(copy)
  },
  'a field removed': ({ bundle, random }) => {
    const copy = parse(write(bundle))
    const { holder, key } = somewhere(copy, random)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
    return write(copy)
  },
  'a bit flipped': ({ bundle, random }) => {
    const bytes = new TextEncoder().encode(write(bundle))
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(7)
    return new TextDecoder().decode(bytes)
  },
  // This change never drops the last entry, because dropping it is the change 'the end cut off'.
  'an entry dropped': ({ bundle, random }) =>
    bundle.ledger.length < 2
      ? null
      : withLedger(bundle, bundle.ledger.toSpliced(random.integer(bundle.ledger.length - 1), 1)),
  'an entry doubled': ({ bundle, random }) => {
    const at = random.integer(bundle.ledger.length)
    return withLedger(bundle, bundle.ledger.toSpliced(at, 0, bundle.ledger[at]))
  },
  'two entries swapped': ({ bundle: { ledger, ...bundle }, random }) => {
    if (ledger.length < 2) return null
    const at = random.integer(ledger.length - 1)
    return write({ ...bundle, ledger: ledger.toSpliced(at, 2, ledger[at + 1], ledger[at]) })
  },
  'an entry inserted': async ({ bundle, random }) => {
    const at = random.integer(bundle.ledger.length)
    const facts = { kind: 'consent', time: bundle.exported, detail: { contribute: true } } as const
    const entry = await chain(bundle.ledger[at], facts)
    return withLedger(bundle, bundle.ledger.toSpliced(at + 1, 0, entry))
  },
  'the end cut off': ({ bundle, random }) =>
    withLedger(bundle, bundle.ledger.slice(0, random.integer(bundle.ledger.length))),
  'the beginning cut off': ({ bundle, random }) => {
    // The last entry stays, because dropping it is the change 'the end cut off'.
    const most = bundle.ledger.length - 1
    return most > 0 ? withLedger(bundle, bundle.ledger.slice(1 + random.integer(most))) : null
  },
  'another log’s end': ({ bundle, other, random }) => {
    const end = parse(other.text).ledger
    const at = random.integer(bundle.ledger.length)
    return withLedger(bundle, [
      ...bundle.ledger.slice(0, at),
      ...end.slice(random.integer(end.length)),
    ])
  },
  'another bundle’s content': ({ bundle: { ledger, salt }, other }) =>
    write({ ...parse(other.text), ledger, salt }),
  'an entry changed, all hashes made anew': async ({ bundle, random }) => {
    const at = random.integer(bundle.ledger.length)
    const changed = { ...bundle.ledger[at], time: bundle.ledger[at].time + 1 }
    const anew = await rechain(bundle.ledger.with(at, changed), null)
    const kept = anew.map((entry, i) => {
      const { key, signature } = bundle.ledger[i]
      return key === undefined ? entry : { ...entry, key, signature }
    })
    return withLedger(bundle, kept)
  },
  // Only the missing signatures reveal this change.
  'all hashes made anew, no signatures': async (scene) => {
    const { salt, ledger, ...held } = scene.bundle
    const content = { ...held, events: [] }
    const last = {
      ...ledger[ledger.length - 1],
      detail: { commitment: await commitment(salt, content) },
    }
    const { checkpoints } = held.settings
    const anew = await rechain(ledger.with(-1, last), null, checkpoints)
    return write({ ...content, salt, ledger: anew })
  },
}

/**
 * Change by somebody who signs with a new key. An auditor with the browser's key or an earlier export finds the change.
 */
export const WITH_ANOTHER_KEY: Tampering = (scene) =>
  signed({ ...scene, signer: scene.other.signer }, scene.bundle.ledger, { events: [] })

/** Changes by a lying device that signs. */
export const WITH_THE_KEY: Readonly<Record<string, Tampering>> = {
  'an upload without consent': (scene) => {
    const { ledger } = scene.bundle
    // Skips logs in which one entry stands for erased or folded (summarised) entries. Such an entry also states whether
    // the shopper agreed, so the log would keep a consent.
    const isPlain = !ledger.some(standsForOthers) && ledger.some(({ kind }) => kind === 'upload')
    return isPlain
      ? signed(
          scene,
          ledger.filter(({ kind }) => kind !== 'consent'),
        )
      : null
  },
  'what came before a report changed': (scene) => {
    const { ledger } = scene.bundle
    const report = ledger.findLast(({ kind }) => kind === 'upload')
    const at = ledger.findIndex(({ sequence }) => sequence === report?.detail.through)
    const earlier = { ...ledger[at], time: (ledger[at]?.time ?? 0) + 1 }
    return at < 0 ? null : signed(scene, ledger.with(at, earlier))
  },
  'an update beyond the clip norm': lie('upload', ({ detail }) => ({
    ...detail,
    squaredNormInteger: Number(detail.clipNormInteger) ** 2 + 1,
  })),
  'ε understated': lie('upload', ({ detail }) => ({
    ...detail,
    epsilon: Number(detail.epsilon) / 2,
    epsilonEver: Number(detail.epsilonEver) / 2,
  })),
  'less noise than was agreed to': lie('upload', ({ detail }) => ({
    ...detail,
    noiseMultiplier: 0.5,
  })),
  'a round of fewer people': lie('upload', ({ detail }) => ({ ...detail, smallestCrowd: 999 })),
  'a receipt for other bytes': lie('receipt', ({ detail }) => ({
    ...detail,
    bodyHash: 'cd'.repeat(32),
  })),
  'a report from another update': lieOfReport(({ delta }) => ({
    delta: delta.map((x, i) => (i === 0 ? x + 1 : x)),
  })),
  'a report with another seed': lieOfReport(({ random, delta }) => {
    const at = Math.floor(((4 * delta.length + 20) / 3) * 4)
    return { random: random.slice(0, at) + (random[at] === 'A' ? 'B' : 'A') + random.slice(at + 1) }
  }),
  'fewer bytes than were sent': (scene) => {
    const { ledger, settings } = scene.bundle
    const kept = (settings.openings ?? []).map(({ reportId }) => reportId)
    const isKept = ({ kind, detail }: LedgerEntry) =>
      kind === 'upload' && kept.includes(String(detail.reportId))
    const less = ledger.map((entry) => (isKept(entry) ? { ...entry, bytesSent: 0 } : entry))
    return ledger.some(isKept) ? signed(scene, less) : null
  },
  'another policy': lieOfReport(({ policy }) => ({
    policy: { ...policy, noiseMultiplier: policy.noiseMultiplier * 2 },
  })),
  'another personal model': (scene) => {
    const { ledger, personal } = scene.bundle
    const version = personal.versions[0]
    if (!version) return null
    const changed = { ...version, u: version.u.with(0, version.u[0] + 1) }
    return signed(scene, ledger, {
      personal: { ...personal, versions: personal.versions.with(0, changed) },
    })
  },
  'a budget that forgot': (scene) => {
    const { ledger, settings } = scene.bundle
    const sent = ledger.some(({ kind }) => kind === 'upload')
    return sent ? signed(scene, ledger, { settings: { ...settings, budget: null } }) : null
  },
  'an upload to another address': lie('upload', ({ detail }) => ({
    ...detail,
    leader: 'https://elsewhere.example/',
    url: 'https://elsewhere.example/v1/reports',
  })),
  'an upload to another operator': lie('upload', ({ detail }) => ({
    ...detail,
    helperOperator: 'Somebody else',
  })),
  'a consent to a larger crowd': (scene) => {
    const { settings } = scene.bundle
    if (!settings.consent?.contribute) return null
    const { smallestCrowd } = settings.consent.terms ?? {}
    return lie('consent', ({ detail }) => ({
      ...detail,
      smallestCrowd: Number(smallestCrowd) + 1,
    }))(scene)
  },
  'other words of a consent': (scene) => {
    const { ledger, settings } = scene.bundle
    const { consent } = settings
    if (!consent?.contribute) return null
    const changed = { ...consent, wording: `${consent.wording} Whatever else we like.` }
    return signed(scene, ledger, { settings: { ...settings, consent: changed } })
  },
}

/**
 * Changes by somebody who later gets the device's signing key and rewrites the log from some entry on. Only the
 * helper's public lists of reports reveal such a change.
 */
export const BESIDE_THE_LISTS: Readonly<Record<string, Tampering>> = {
  'the end cut off, and signed': (scene) => {
    const { ledger } = scene.bundle
    const at = ledger.findIndex(({ sequence }) => sequence === counted(ledger)?.sequence)
    return at < 0 ? null : signed(scene, [...ledger.slice(0, at), ...ledger.slice(-1)])
  },
  'made anew throughout, and signed': async (scene) => {
    const { ledger, settings } = scene.bundle
    if (!counted(ledger)) return null
    const { openings, ...kept } = settings
    const [first, ...rest] = ledger
    const earlier = [{ ...first, time: first.time - 1 }, ...rest]
    const anew = await rechain(earlier, scene.signer, settings.checkpoints)
    return signed(scene, anew, { settings: kept })
  },
}

/**
 * First upload of the last acknowledged report; undefined if the log lacks the entry to which the report's id commits.
 */
function counted(ledger: Entries): LedgerEntry | undefined {
  const receipt = ledger.findLast(({ kind }) => kind === 'receipt')
  const sent = ledger.find(
    ({ kind, detail }) => kind === 'upload' && detail.reportId === receipt?.detail.id,
  )
  return ledger.some(({ sequence }) => sequence === sent?.detail.through) ? sent : undefined
}

/** Whether a change altered a value. For example, a change from 100 to 1e2 doesn't alter it. */
export function differs(bundle: Bundle, text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text)) !== canonicalJson(bundle)
  } catch {
    return true
  }
}

type Holder = Record<string, unknown>

/** Draws a leaf, an empty array or an empty object of a JSON value. @returns the object that holds it, and its key */
function somewhere(root: unknown, random: Random): { holder: Holder; key: string } {
  let holder = root as Holder
  for (;;) {
    const keys = Object.keys(holder)
    const key = keys[random.integer(keys.length)]
    const value = holder[key]
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
      return { holder, key }
    holder = value as Holder
  }
}

function another(value: unknown, random: Random): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return random.integer(2) === 0 ? value + 1 : value * 1.5 + 1
  if (typeof value !== 'string' || value === '') return 'x'
  const at = random.integer(value.length)
  const code = value.charCodeAt(at)
  return value.slice(0, at) + String.fromCharCode(code === 65 ? 66 : 65) + value.slice(at + 1)
}
