/** @module The device's log as a table: every entry, every byte that was shared, and its chain of hashes. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { bytesSent } from '../../device/ledger/chain.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { download } from '../react/download.ts'
import { Moment, outcome, Section, type SectionProps } from './Section.tsx'

const FIRST = 20

export function LedgerSection({ personalizer, snapshot }: SectionProps) {
  const [entries, setEntries] = useState<readonly LedgerEntry[] | null>(null)
  const [all, setAll] = useState(false)
  const [said, setSaid] = useState('')
  const log = useRef<HTMLElement>(null)

  const read = useCallback(async () => {
    setEntries(await personalizer.audit.entries())
  }, [personalizer])

  // Whatever writes to the log changes one of these.
  const written = [
    snapshot.revision,
    snapshot.sent.bytes,
    snapshot.consent.contribute,
    snapshot.guard.active,
    snapshot.model?.version,
    snapshot.notices.length,
    snapshot.status,
  ].join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: `written` says when to read again
  useEffect(() => {
    read().catch((error: Error) => setSaid(error.message))
  }, [read, written])

  async function verify() {
    setSaid('Recomputing every hash …')
    setSaid(
      await outcome(
        personalizer.audit.verify().then(async ({ ok, entries: count, brokenAt }) => {
          await read()
          return ok
            ? `The chain is whole: ${count} entries.`
            : `The chain is broken at entry ${brokenAt}: the log was changed.`
        }),
      ),
    )
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
        Files fetched from the shop are counted too, by day and address; a fetch sends no more than
        the file’s address. An entry is written before its first byte leaves.
      </p>
      <div className="ns-actions">
        <button type="button" className="ns-button" onClick={() => void verify()}>
          Verify chain
        </button>
        <button
          type="button"
          className="ns-button"
          onClick={async () => {
            setSaid(
              await outcome(
                personalizer.export().then((json) => {
                  download('nearside-export.json', json)
                  return 'Exported as one JSON file.'
                }),
              ),
            )
          }}
        >
          Export everything
        </button>
      </div>
      <p className="ns-small" role="status">
        {said}
      </p>
      {newest.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        <section className="ns-scroll" aria-label="Log, scrollable" tabIndex={0} ref={log}>
          <table className="ns-table ns-ledger">
            <caption>Log, newest first: {newest.length} entries</caption>
            <thead>
              <tr>
                <th scope="col">No.</th>
                <th scope="col">Time</th>
                <th scope="col">Kind</th>
                <th scope="col">Facts</th>
                <th scope="col">Bytes sent</th>
                <th scope="col">Hash</th>
              </tr>
            </thead>
            <tbody>
              {newest.slice(0, all ? undefined : FIRST).map((entry) => (
                <Row key={entry.sequence} entry={entry} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {newest.length > FIRST && !all && (
        <p className="ns-actions">
          <button
            type="button"
            className="ns-button"
            onClick={() => {
              setAll(true)
              // The button is gone, and with it the focus; the rest of the log comes where it stood.
              log.current?.focus({ preventScroll: true })
            }}
          >
            Show all {newest.length} entries
          </button>
        </p>
      )}
    </Section>
  )
}

function Row({ entry }: { readonly entry: LedgerEntry }) {
  return (
    <tr>
      <th scope="row">{entry.sequence}</th>
      <td className="ns-nowrap">
        <Moment at={entry.time} />
      </td>
      <td>{entry.kind}</td>
      <td>
        <ul className="ns-detail">
          {Object.entries(entry.detail)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <li key={name}>
                <span>{name}</span> {String(value)}
              </li>
            ))}
        </ul>
      </td>
      <td>{entry.bytesSent}</td>
      <td>
        <code title={entry.hash}>{entry.hash.slice(0, 12)}</code>
      </td>
    </tr>
  )
}
