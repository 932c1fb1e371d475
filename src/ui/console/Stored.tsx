/** @module What is stored, kind by kind, each with a way to delete it. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { EventName, ShopperEvent } from '../../core/events/event.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { Button } from '../react/Button.tsx'
import { Section, type SectionProps, Table, useOutcome, useWords } from './Section.tsx'

const focusAtOnce = (button: HTMLButtonElement | null) => button?.focus()

/** What a row's button asks for: events of a name, or everything. */
type Removal = EventName | 'everything'

export function Stored({
  personalizer,
  snapshot,
  entries,
}: SectionProps & { readonly entries: readonly LedgerEntry[] }) {
  const { words, days } = useWords()
  const { run, say, status } = useOutcome()
  const [events, setEvents] = useState<readonly ShopperEvent[]>([])
  const [asked, setAsked] = useState<Removal | null>(null)
  const said = useRef<HTMLDivElement>(null)
  const { count } = snapshot.events
  const lastOf = (kind: LedgerEntry['kind']) => entries.findLastIndex((one) => one.kind === kind)
  // Whatever is deleted takes them along; what was sent stays sent.
  const keepsUpdates = snapshot.sent.bytes > 0 && lastOf('erase') <= lastOf('upload')

  // biome-ignore lint/correctness/useExhaustiveDependencies: as many others may be other ones
  useEffect(() => {
    personalizer.events({ limit: 1e6 }).then(setEvents, (error: Error) => say(error.message))
  }, [personalizer, count, snapshot.revision])

  const nameOf = (what: Removal) => (what === 'everything' ? words.everything : words.event(what))
  async function remove(what: Removal) {
    await run('', async () => {
      if (what === 'everything') await personalizer.erase()
      else await personalizer.forget({ kind: 'events', name: what })
      setAsked(null)
      return what === 'everything' ? words.removedAll : words.removed(nameOf(what))
    })
    said.current?.focus()
  }
  const row = (
    what: Removal | 'learned' | 'keptUpdates' | 'log',
    name: string,
    many: ReactNode,
    times: readonly number[] = [],
  ): [string, ReactNode[]] => [
    what,
    [
      name,
      many,
      times.length > 0 ? days(Math.min(...times), Math.max(...times)) : '',
      what in snapshot.events.byName || what === 'everything' ? (
        <Button
          key="remove"
          aria-label={`${words.remove}: ${name}`}
          onClick={() => setAsked(what as Removal)}
        >
          {words.remove}
        </Button>
      ) : (
        ''
      ),
    ],
  ]
  const names = (Object.keys(snapshot.events.byName) as EventName[]).map((name) => {
    const times = events.filter((event) => event.name === name).map(({ time }) => time)
    return row(name, words.event(name), snapshot.events.byName[name], times)
  })
  return (
    <Section title={words.stored} wide>
      <p>
        {snapshot.storage === 'indexeddb' ? words.storedHere : words.storedInPage}{' '}
        {count === 0 ? words.storedNothing : words.keptFor(snapshot.retentionDays)}
      </p>
      <Table
        caption={words.storedRows}
        columns={[words.kind, words.howMany, words.when, words.remove]}
        rows={[
          ...names,
          ...(snapshot.fit ? [row('learned', words.learned, snapshot.fit.cases)] : []),
          ...(keepsUpdates ? [row('keptUpdates', words.keptUpdates, '')] : []),
          row(
            'log',
            words.log,
            entries.length,
            entries.map(({ time }) => time),
          ),
          row('everything', words.everything, ''),
        ]}
      />
      <div ref={said} tabIndex={-1} className="ns-said">
        {asked && (
          <div className="ns-sure">
            <p>{words.sure(nameOf(asked))}</p>
            <div className="ns-actions">
              <button
                key={asked}
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
      </div>
    </Section>
  )
}
