/** @module The device's log as a table: every entry, every byte that was shared, and its chain of hashes. */
import { type ReactNode, useRef, useState } from 'react'
import type { LedgerEntry } from '../../../device/ledger/entry.ts'
import { Button } from '../../react/Button.tsx'
import { Moment, Section, Table } from '../Section.tsx'

const FIRST = 20

export function LedgerSection({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const [all, setAll] = useState(false)
  const log = useRef<HTMLElement>(null)
  const newest = [...entries].reverse()
  return (
    <Section title="Log" wide>
      <p className="ns-small">
        An entry is written before its first byte leaves. Files that are fetched are counted, by day
        and address.
      </p>
      {newest.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        <section className="ns-ledger" aria-label="Log, scrollable" tabIndex={0} ref={log}>
          <Table
            caption={`Log, newest first: ${newest.length} entries`}
            columns={['No.', 'Time', 'Kind', 'Facts', 'Body sent', 'Hash']}
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
  const { sequence, time, kind, detail, bytesSent, hash } = entry
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
  const body = bytesSent === 0 ? 'no body' : `${bytesSent.toLocaleString('en-GB')} bytes`
  return [String(sequence), [sequence, <Moment key="time" at={time} />, kind, facts, body, short]]
}
