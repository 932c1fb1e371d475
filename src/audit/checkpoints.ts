/**
 * @module Whether ids of reports fix the log as it is, and whether the helper, which keeps ids for good, has
 * got those reports and no other: so a log that was cut off or made anew shows, although it is signed.
 */
import { reachedMessage, verify } from '../aggregate/privacy/signature.ts'
import { REPORT_ID_BYTES } from '../aggregate/protocol/report.ts'
import { fromBase64, toHex } from '../core/bytes.ts'
import { NearsideError } from '../core/error.ts'
import { createReaders } from '../core/reading.ts'
import { checkpointId, fixedEntry } from '../device/ledger/checkpoint.ts'
import type { LedgerEntry } from '../device/ledger/entry.ts'
import { standsForOthers } from '../device/ledger/removed.ts'
import type { Opening } from '../device/upload/makeReport.ts'
import type { Bundle } from './bundle.ts'
import type { Findings } from './finding.ts'

/** What the helper says of a round that is over. */
export interface Reached {
  readonly round: number
  /** Milliseconds since the epoch. */
  readonly opened: number
  readonly closed: number
  /** Base64, one after another. */
  readonly ids: string
  /** The helper's. */
  readonly key: string
  readonly signature: string
}

const { object, text, whole } = createReaders(
  (what) => new NearsideError('input-invalid', `This is no list of a round’s reports: ${what}`),
)
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const readReached = object<Reached>({
  round: whole(1, Number.MAX_SAFE_INTEGER),
  opened: whole(0, Number.MAX_SAFE_INTEGER),
  closed: whole(0, Number.MAX_SAFE_INTEGER),
  ids: text(BASE64),
  key: text(BASE64),
  signature: text(BASE64),
})

/** @throws NearsideError `input-invalid` */
export const parseReached = (value: unknown): Reached => readReached(value, '')

interface Sent {
  /** By id: the entry that each report left with first. */
  readonly reports: ReadonlyMap<string, LedgerEntry>
  readonly receipts: readonly LedgerEntry[]
  readonly openings: readonly Opening[]
}

/** @returns how many reports fix the log as it is, and how many of the log the helper has got */
export async function checkCheckpoints(
  bundle: Bundle,
  sent: Sent,
  lists: readonly Reached[],
  findings: Findings,
): Promise<{ readonly fixed: number; readonly witnessed: number }> {
  const { faults, notes } = findings
  const { ledger, settings } = bundle
  const removed = ledger.findLast(standsForOthers)?.detail
  const fault = (entry: LedgerEntry | undefined, message: string) =>
    faults.push({ check: 'checkpoint', entry: entry?.sequence ?? null, message })
  const hashes = new Map<unknown, string>([[-1, '']])
  if (removed) hashes.set(removed.through, String(removed.hash))
  for (const { sequence, hash } of ledger) hashes.set(sequence, hash)
  const { checkpoints } = settings
  const idOf = (hash: string) =>
    checkpoints === undefined ? Promise.resolve('') : checkpointId(checkpoints, hash)

  let fixed = 0
  let before = 0
  for (const [id, entry] of sent.reports) {
    const { through } = entry.detail
    const hash = hashes.get(through)
    if (!(Number.isInteger(through) && Number(through) < entry.sequence))
      fault(entry, 'it names no entry before it that its id would fix')
    else if (hash === undefined) before++
    else if ((await idOf(hash)) === id) fixed++
    else fault(entry, `its id is not made from No. ${through} as that is now`)
  }
  if (before > 0) notes.push(`${before} reports fix entries that were removed since.`)

  const rounds = new Map<unknown, ReadonlySet<string>>()
  const known = new Map<string, Reached>()
  for (const list of lists) {
    await checkList(list, sent.openings, (message) => fault(undefined, message))
    const ids = idsOf(list)
    rounds.set(list.round, new Set(ids))
    for (const id of ids) known.set(id, list)
  }
  for (const entry of sent.receipts) {
    const { id, round } = entry.detail
    if (rounds.get(round)?.has(String(id)) === false)
      fault(entry, `the helper has got no report of this id in round ${round}`)
  }
  const last = fixedEntry(ledger)
  const ends = known.size === 0 ? [] : last?.kind === 'upload' ? [last] : ledger
  for (const entry of ends) {
    const next = await idOf(entry.hash)
    const list = known.get(next)
    if (list === undefined || sent.reports.has(next)) continue
    if (list.closed < bundle.exported)
      fault(
        entry,
        `the report that follows it reached the helper in round ${list.round}; the log has none`,
      )
    else notes.push(`Another report left in round ${list.round}, which ended after this export.`)
  }
  return { fixed, witnessed: [...sent.reports.keys()].filter((id) => known.has(id)).length }
}

async function checkList(
  { signature, ...said }: Reached,
  openings: readonly Opening[],
  fault: (message: string) => void,
): Promise<void> {
  const { round, key } = said
  if (!(await verify(keyBytes(key), signature, reachedMessage(said))))
    fault(`the helper’s signature of its list of round ${round} does not hold`)
  const named = openings.find((one) => one.round === round)?.policy?.helper?.signing
  if (named !== undefined && named !== key)
    fault(`the list of round ${round} is signed by another key than the policy’s helper`)
}

function keyBytes(key: string): Uint8Array {
  try {
    return fromBase64(key)
  } catch {
    return new Uint8Array(0)
  }
}

function idsOf({ ids }: Reached): string[] {
  const bytes = keyBytes(ids)
  const ends = Array.from({ length: Math.floor(bytes.length / REPORT_ID_BYTES) }, (_, i) => i)
  return ends.map((i) => toHex(bytes.slice(i * REPORT_ID_BYTES, (i + 1) * REPORT_ID_BYTES)))
}
