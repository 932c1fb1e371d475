/** @module Shows the device's log as a table, newest entry first. */

import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { bytesThatLeft } from '@nearside/browser/ledger/removed.ts'
import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../react/Button.tsx'
import { Moment, Section, Table } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

/** Number of entries shown before the shopper requests all. */
const FIRST = 20

export function LedgerSection({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const words = useDetails()
  const [all, setAll] = useState(false)
  const log = useRef<HTMLElement>(null)
  const newest = [...entries].reverse()
  const sizeOf = (bytes: number) => (bytes === 0 ? words('noBody') : words('bytes', { bytes }))
  return (
    <Section title={words('log')} wide>
      <p className="ns-small">{words('logText')}</p>
      {newest.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        <section className="ns-ledger" aria-label={words('scrollable')} tabIndex={0} ref={log}>
          <Table
            caption={words('logCaption', { n: newest.length })}
            columns={[
              words('number'),
              words('time'),
              words('kind'),
              words('facts'),
              words('bodySent'),
              words('hash'),
            ]}
            rows={newest.slice(0, all ? undefined : FIRST).map((entry) => rowOf(entry, sizeOf))}
          />
        </section>
      )}
      {newest.length > FIRST && !all && (
        <p className="ns-actions">
          <Button
            onClick={() => {
              setAll(true)
              // The pressed button is gone, so the focus moves to the log, where the further entries appear.
              log.current?.focus({ preventScroll: true })
            }}
          >
            {words('showAll', { n: newest.length })}
          </Button>
        </p>
      )}
    </Section>
  )
}

function rowOf(entry: LedgerEntry, sizeOf: (bytes: number) => string): [string, ReactNode[]] {
  const { sequence, time, kind, detail, hash } = entry
  const facts = (
    <ul key="facts" className="ns-detail">
      {Object.entries(detail)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          // Names of fields are shown as in the log, so they are English in any language.
          <li key={name} lang="en">
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
  return [
    String(sequence),
    [sequence, <Moment key="time" at={time} />, kind, facts, sizeOf(bytesThatLeft([entry])), short],
  ]
}
