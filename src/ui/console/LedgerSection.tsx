/** @module The device's log as a table: every entry, every byte that was shared, and its chain of hashes. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { bytesSent } from '../../device/ledger/removed.ts'
import { Button } from '../react/Button.tsx'
import { download } from '../react/download.ts'
import { Moment, Section, type SectionProps, Table, useOutcome } from './Section.tsx'

const FIRST = 20

export function LedgerSection({ personalizer, snapshot }: SectionProps) {
  const [entries, setEntries] = useState<readonly LedgerEntry[] | null>(null)
  const [all, setAll] = useState(false)
  const { run, say, status } = useOutcome()
  const log = useRef<HTMLElement>(null)

  // Most of what is logged changes one of these too; “Verify chain” reads the log in any case.
  const written = [
    snapshot.revision,
    snapshot.sent.bytes,
    snapshot.consent.contribute,
    snapshot.guard.active,
    snapshot.model?.version,
    snapshot.notices.length,
    snapshot.status,
  ].join(' ')
  const read = async () => {
    const log = await personalizer.audit.entries()
    setEntries(log)
    return log
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `written` says when to read again
  useEffect(() => {
    read().catch((error: Error) => say(error.message))
  }, [personalizer, written])

  const verify = async () => {
    const { entries: count, brokenAt, signed } = await personalizer.audit.verify()
    const log = await read()
    const signs =
      signed === 0
        ? 'none of them is signed (consents, updates and exports are, where the browser can)'
        : `${signed} of them signed by this browser, each for all before it`
    return brokenAt === null
      ? `The chain holds: ${count} entries, each with its own hash and that of the one before; ${signs}. An end that was cut off would not show here; cut off an export, it does.`
      : `The chain is broken at No. ${log[brokenAt]?.sequence}: this entry does not follow from the one before it, or its signature does not hold.`
  }
  const save = async () => {
    download('nearside-export.json', await personalizer.export())
    return 'Exported as one JSON file.'
  }

  const newest = [...(entries ?? [])].reverse()
  const left = bytesSent(entries ?? [])
  return (
    <Section title="What was shared, and what was fetched" wide>
      <p className="ns-sent">
        {entries === null
          ? 'Reading the log …'
          : left === 0
            ? 'Shared: nothing'
            : `Shared: ${left.toLocaleString('en-GB')} bytes`}
      </p>
      <p className="ns-small">
        Files that are fetched are counted too, by day and address; such a request has no body. An
        entry is written before its first byte leaves. “Export everything” writes all that is kept
        about you into one file, which whoever has it can read: what you looked at, searched for and
        bought, what was learned, the updates in your last reports, and this log.
      </p>
      <div className="ns-actions">
        <Button onClick={() => void run('Recomputing every hash …', verify)}>Verify chain</Button>
        <Button onClick={() => void run('', save)}>Export everything</Button>
      </div>
      {status}
      {newest.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        <section className="ns-ledger" aria-label="Log, scrollable" tabIndex={0} ref={log}>
          <Table
            caption={`Log, newest first: ${newest.length} entries`}
            columns={['No.', 'Time', 'Kind', 'Facts', 'Bytes sent', 'Hash']}
            rows={newest.slice(0, all ? undefined : FIRST).map(rowOf)}
          />
        </section>
      )}
      {newest.length > FIRST && !all && (
        <p className="ns-actions">
          <Button
            onClick={() => {
              setAll(true)
              // The button is gone, and with it the focus; the rest of the log comes where it stood.
              log.current?.focus({ preventScroll: true })
            }}
          >
            Show all {newest.length} entries
          </Button>
        </p>
      )}
    </Section>
  )
}

function rowOf(entry: LedgerEntry): [string, ReactNode[]] {
  const { sequence, time, kind, detail, bytesSent: bytes, hash } = entry
  const facts = (
    <ul key="facts" className="ns-detail">
      {Object.entries(detail)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <li key={name}>
            <span>{name}</span> {String(value)}
          </li>
        ))}
    </ul>
  )
  const short = (
    <code key="hash" title={hash}>
      {hash.slice(0, 12)}
    </code>
  )
  return [String(sequence), [sequence, <Moment key="time" at={time} />, kind, facts, bytes, short]]
}
