/**
 * @module Checks that each report's id, a hash of the log before the report, fits the present log, and that the helper
 * received these reports and no others. This reveals a truncated or rewritten log, even a signed one, and reports from
 * a copied or restored browser storage.
 */
import { reachedMessage, verify } from '@nearside/aggregate/privacy/signature.ts'
import { MARK_BYTES } from '@nearside/aggregate/protocol/report.ts'
import type { Opening } from '@nearside/browser/contribution/makeReport.ts'
import { canBeFixed, checkpointId } from '@nearside/browser/ledger/checkpoint.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { standsForOthers } from '@nearside/browser/ledger/removed.ts'
import { concat, fromBase64, fromHex, sha256, toHex } from '@nearside/core/bytes.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { createReaders } from '@nearside/core/reading.ts'
import { type Bundle, parseStrictJson } from './bundle.ts'
import type { Findings } from './finding.ts'
import { base64 } from './schema.ts'

const { object, text, whole } = createReaders((what) =>
  invalidInput(`Not a list of a round’s reports: ${what}`),
)
/** The helper's signed list of the reports that reached it in a finished round. */
const readReached = object({
  round: whole(1, 2 ** 32 - 1),
  policyHash: text(/^[0-9a-f]{64}$/),
  // Times in milliseconds since the epoch.
  opened: whole(0, Number.MAX_SAFE_INTEGER),
  closed: whole(0, Number.MAX_SAFE_INTEGER),
  salt: base64(32),
  /** First 16 bytes of SHA-256(salt ‖ id) of each report, concatenated. */
  marks: base64(),
  key: base64(32),
  signature: base64(64),
})

export type Reached = Readonly<ReturnType<typeof readReached>>

/** @throws NearsideError `input-invalid` unless the file has the form of the helper's list of a round's reports */
export const parseReached = (file: string | Uint8Array): Reached =>
  readReached(parseStrictJson(file), '')

interface Sent {
  /** Log entry of the first upload of each report, by report id. */
  readonly reports: ReadonlyMap<string, LedgerEntry>
  readonly receipts: readonly LedgerEntry[]
  readonly openings: readonly Opening[]
}

/** @returns numbers of reports whose ids fit the present log, and of reports that the helper received */
export async function checkCheckpoints(
  bundle: Bundle,
  sent: Sent,
  lists: readonly Reached[],
  findings: Findings,
): Promise<{ readonly fixed: number; readonly witnessed: number }> {
  const { ledger, settings } = bundle
  const removed = ledger.findLast(standsForOthers)?.detail
  const fault = (entry: LedgerEntry | undefined, message: string) =>
    findings.fault('checkpoint', entry, message)
  const hashes = new Map<unknown, string>([[-1, '']])
  if (removed) hashes.set(removed.through, String(removed.hash))
  for (const { sequence, hash } of ledger) hashes.set(sequence, hash)
  const { checkpoints } = settings
  const idIn = (task: Pick<Reached, 'round' | 'policyHash'>, hash: string) =>
    checkpoints === undefined ? Promise.resolve('') : checkpointId(checkpoints, task, hash)

  let fixed = 0
  let before = 0
  for (const [id, entry] of sent.reports) {
    const { through } = entry.detail
    const hash = hashes.get(through)
    if (!(Number.isInteger(through) && Number(through) < entry.sequence))
      fault(entry, 'it names no earlier entry from which its id follows')
    else if (hash === undefined) before++
    else if ((await idIn(taskOf(entry), hash)) === id) fixed++
    else fault(entry, `its id does not follow from entry ${through} as it is now`)
  }
  if (before > 0)
    findings.notes.push(`${before} reports commit to entries that were removed since.`)

  const marks = new Map<Reached, ReadonlySet<string>>()
  for (const list of lists) {
    await checkList(list, sent.openings, (message) => fault(undefined, message))
    marks.set(list, new Set(marksOf(list)))
  }
  const has = async (list: Reached, id: string) => {
    const salted = await sha256(concat(fromBase64(list.salt), fromHex(id)))
    return marks.get(list)?.has(toHex(salted.subarray(0, MARK_BYTES))) === true
  }
  for (const entry of sent.receipts) {
    const { id, round } = entry.detail
    for (const list of lists)
      if (list.round === round && !(await has(list, String(id))))
        fault(entry, `the helper got no report with this id in round ${round}`)
  }
  const followed = new Set([...sent.reports.values()].map(({ detail }) => detail.through))
  for (const list of lists) {
    for (const entry of endsOf(ledger, sent.reports)) {
      const id = await idIn(list, entry.hash)
      if (sent.reports.has(id) || !(await has(list, id))) continue
      const { round } = list
      if (followed.has(entry.sequence))
        fault(
          entry,
          `another report that follows it reached the helper in round ${round}: this browser’s storage was copied or restored`,
        )
      else if (list.closed < bundle.exported)
        fault(
          entry,
          `a report that follows it reached the helper in round ${round}, but is missing in the log`,
        )
      else
        findings.notes.push(
          `Another report was sent in round ${round}, which ended after this export.`,
        )
    }
  }
  let witnessed = 0
  for (const [id, { detail }] of sent.reports)
    for (const list of lists) if (list.round === detail.round && (await has(list, id))) witnessed++
  return { fixed, witnessed }
}

/** Entries from which the id of a report can derive, whether this storage or a copy of it sent the report. */
function endsOf(ledger: readonly LedgerEntry[], reports: Sent['reports']): LedgerEntry[] {
  const first = ledger.findIndex(({ kind }) => kind === 'upload')
  const before = first < 0 ? ledger : ledger.slice(0, first)
  return [...before.filter(canBeFixed), ...reports.values()]
}

async function checkList(
  { signature, ...said }: Reached,
  openings: readonly Opening[],
  fault: (message: string) => void,
): Promise<void> {
  const { round, key } = said
  if (!(await verify(fromBase64(key), signature, reachedMessage(said))))
    fault(`the helper’s signature of its list of round ${round} is invalid`)
  const named = openings.find((one) => one.round === round)?.policy?.helper?.signing
  if ((named ?? key) !== key)
    fault(`the list of round ${round} is signed by another key than the policy’s helper`)
}

/** Round and policy that an upload's id is derived from. Both have the right form, which was checked before. */
const taskOf = ({ detail }: LedgerEntry) =>
  detail as unknown as Pick<Reached, 'round' | 'policyHash'>

function marksOf({ marks }: Reached): string[] {
  const bytes = fromBase64(marks)
  return Array.from({ length: Math.floor(bytes.length / MARK_BYTES) }, (_, i) =>
    toHex(bytes.slice(i * MARK_BYTES, (i + 1) * MARK_BYTES)),
  )
}
