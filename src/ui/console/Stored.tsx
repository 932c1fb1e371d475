/** @module What is stored, kind by kind, each with a way to delete it. */
import { type ReactNode, useRef, useState } from 'react'
import type { EventName, ShopperEvent } from '../../core/events/event.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { Button } from '../react/Button.tsx'
import { Section, type SectionProps, Table, useOutcome, useWords } from './Section.tsx'

const focusAtOnce = (button: HTMLButtonElement | null) => button?.focus()

/** What a row's button asks for: events of a name, or everything; and what the row calls it. */
interface Removal {
  readonly what: EventName | 'everything'
  readonly name: string
}

interface StoredProps extends SectionProps {
  readonly entries: readonly LedgerEntry[]
  readonly events: readonly ShopperEvent[]
}

export function Stored({ personalizer, snapshot, entries, events }: StoredProps) {
  const { words, days } = useWords()
  const { run, status } = useOutcome()
  const [asked, setAsked] = useState<Removal | null>(null)
  /** Of what was deleted last: nothing but this holds it any more. */
  const [undo, setUndo] = useState<readonly [name: string, back: () => Promise<void>] | null>(null)
  // After a deletion, whoever made it, not even this page holds what was deleted before. Our own comes
  // before its answer.
  const [known, setKnown] = useState(snapshot.erasures)
  if (known !== snapshot.erasures) {
    setKnown(snapshot.erasures)
    setUndo(null)
  }
  const said = useRef<HTMLDivElement>(null)
  const { count } = snapshot.events
  const storedHere = snapshot.vault ? words.storedInVault : words.storedHere
  const lastOf = (kind: LedgerEntry['kind']) => entries.findLastIndex((one) => one.kind === kind)
  // Whatever is deleted takes them along; what was sent stays sent.
  const keepsUpdates = snapshot.sent.bytes > 0 && lastOf('erase') <= lastOf('upload')

  async function remove({ what, name }: Removal) {
    await run('', async () => {
      if (what === 'everything') await personalizer.erase()
      else setUndo([name, await personalizer.forget({ kind: 'events', name: what })])
      setAsked(null)
      return words.removed(name)
    })
    said.current?.focus()
  }
  async function putBack([name, back]: NonNullable<typeof undo>) {
    await run('', async () => {
      await back()
      setUndo(null)
      return words.restored(name)
    })
    said.current?.focus()
  }
  const row = (
    key: string,
    name: string,
    many: ReactNode,
    times: readonly number[] = [],
    what?: Removal['what'],
  ): [string, ReactNode[]] => [
    key,
    [
      name,
      many,
      times.length > 0 && days(Math.min(...times), Math.max(...times)),
      what && (
        <Button
          key={key}
          aria-label={`${words.remove}: ${name}`}
          onClick={() => setAsked({ what, name })}
        >
          {words.remove}
        </Button>
      ),
    ],
  ]
  const timesOf = (those: readonly { readonly time: number }[]) => those.map(({ time }) => time)
  const names = (Object.keys(snapshot.events.byName) as EventName[]).map((name) => {
    const times = timesOf(events.filter((event) => event.name === name))
    return row(name, words.event(name), snapshot.events.byName[name], times, name)
  })
  return (
    <Section title={words.stored} wide>
      <p>
        {snapshot.storage === 'indexeddb' ? storedHere : words.storedInPage}{' '}
        {count === 0 ? words.storedNothing : words.keptFor(snapshot.retentionDays)}
      </p>
      <Table
        caption={words.storedRows}
        columns={[words.kind, words.howMany, words.when, words.remove]}
        rows={[
          ...names,
          ...(snapshot.fit ? [row('learned', words.learned, snapshot.fit.cases)] : []),
          ...(keepsUpdates ? [row('keptUpdates', words.keptUpdates, '')] : []),
          row('log', words.log, entries.length, timesOf(entries)),
          row('everything', words.everything, '', [], 'everything'),
        ]}
      />
      {snapshot.trial && <p className="ns-small">{words.trial(snapshot.trial)}</p>}
      <p className="ns-small">{words.alsoGoes}</p>
      <div ref={said} tabIndex={-1} className="ns-said">
        <p className="ns-small">{words.alsoStays}</p>
        {asked && (
          <div className="ns-sure">
            <p>{words.sure(asked.name)}</p>
            <div className="ns-actions">
              <button
                key={asked.what}
                type="button"
                className="ns-button ns-danger"
                ref={focusAtOnce}
                onClick={() => void remove(asked)}
              >
                {words.sureYes}
              </button>
              <Button onClick={() => setAsked(null)}>{words.keep}</Button>
            </div>
          </div>
        )}
        {status}
        {undo && (
          <p className="ns-small">
            {words.untilThen} <Button onClick={() => void putBack(undo)}>{words.undo}</Button>
          </p>
        )}
      </div>
    </Section>
  )
}
