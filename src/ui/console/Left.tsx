/** @module What left: what any web server sees, what was fetched, what was shared. */
import type { ReactNode } from 'react'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { bytesSent, standsForOthers } from '../../device/ledger/removed.ts'
import { Section, useWords } from './Section.tsx'

export function Left({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const { words, days, whole } = useWords()
  const sum = (of: (entry: LedgerEntry) => unknown) =>
    entries.reduce((all, entry) => all + Number(of(entry) ?? 0), 0)
  const isFile = ({ kind, detail }: LedgerEntry) =>
    kind === 'request' && detail.purpose !== 'policy'
  const downloads = sum((one) => (isFile(one) ? one.detail.count : 0))
  const received = sum((one) => (isFile(one) ? one.detail.received : 0))
  const asked = sum((one) => (one.kind === 'request' && !isFile(one) ? one.detail.count : 0))
  const updates =
    entries.filter(({ kind }) => kind === 'upload').length +
    Number(entries.findLast(standsForOthers)?.detail.uploads ?? 0)
  return (
    <Section title={words.left} wide>
      <div className="ns-columns">
        <Column title={words.ordinary} figure={words.ordinaryFigure}>
          {words.ordinaryText}
        </Column>
        <Column title={words.files} figure={words.filesFigure(downloads)}>
          {words.filesText(whole(received / 1000), asked)}{' '}
          {entries.length > 0 && words.filesSince(days(entries[0].time))}
        </Column>
        <Column
          title={words.updates}
          figure={words.updatesFigure(updates, whole(bytesSent(entries)))}
        >
          {words.updatesText(updates)}
        </Column>
      </div>
    </Section>
  )
}

interface ColumnProps {
  readonly title: string
  readonly figure: string
  readonly children: ReactNode
}

function Column({ title, figure, children }: ColumnProps) {
  return (
    <div>
      <h3 className="ns-block-title">{title}</h3>
      <p className="ns-sent">{figure}</p>
      <p className="ns-small">{children}</p>
    </div>
  )
}
