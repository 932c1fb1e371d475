/** @module Shows the stored events by kind and one by one, each with a button to delete it. */

import type { Forgettable } from '@nearside/browser/api.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
import { Fragment, type ReactNode, useRef, useState } from 'react'
import { Button } from '../react/Button.tsx'
import { StoredActions } from '../react/StoredActions.tsx'
import { focusAtOnce } from '../react/useAction.tsx'
import { type LogProps, Section, Table, useOutcome, useWords } from './Section.tsx'

/** Row whose button deletes, after a confirmation, all events of one name, or everything. */
interface Removal {
  readonly what: EventName | 'everything'
  readonly name: string
  readonly actions: number
}

interface StoredProps extends LogProps {
  readonly events: readonly ShopperEvent[]
  readonly items?: readonly Item[]
}

export function Stored({ personalizer, snapshot, entries, events, items = [] }: StoredProps) {
  const { words, days, locale } = useWords()
  const { run, status } = useOutcome()
  const [asked, setAsked] = useState<Removal | null>(null)
  /** Name of the events that are listed one by one; null for none. */
  const [open, setOpen] = useState<EventName | null>(null)
  /** Name and undo function of the last deletion. Only this undo function still holds the deleted events. */
  const [undo, setUndo] = useState<readonly [name: string, back: () => Promise<void>] | null>(null)
  // Any deletion, in any tab, drops the earlier undo function, which holds deleted events. The undo of a new deletion
  // on this page stays, because it is set only after the snapshot has changed.
  const [known, setKnown] = useState(snapshot.erasures)
  if (known !== snapshot.erasures) {
    setKnown(snapshot.erasures)
    setUndo(null)
  }
  const said = useRef<HTMLDivElement>(null)
  const { count, byName } = snapshot.events
  const storedHere = snapshot.vault ? words('storedInVault') : words('storedHere')
  const { retentionDays = Infinity } = snapshot
  const keptText = Number.isFinite(retentionDays)
    ? words('keptFor', { n: retentionDays })
    : words('keptForever')
  const lastOf = (kind: LedgerEntry['kind']) => entries.findLastIndex((one) => one.kind === kind)
  // Every deletion also removes the stored updates, so there are stored updates only if the last update is newer than
  // the last deletion.
  const keepsUpdates = snapshot.sent.bytes > 0 && lastOf('erase') <= lastOf('upload')

  /** Runs an action and moves the focus to its outcome, because the pressed button is possibly gone. */
  async function show(work: () => Promise<string>) {
    await run('', work)
    said.current?.focus()
  }
  const forget = (what: Forgettable, name: string) =>
    show(async () => {
      setUndo([name, await personalizer.forget(what)])
      setAsked(null)
      return words('removed', { what: name })
    })
  const erase = (name: string) =>
    show(async () => {
      await personalizer.erase()
      setAsked(null)
      return words('removed', { what: name })
    })
  const putBack = ([name, back]: NonNullable<typeof undo>) =>
    show(async () => {
      await back()
      setUndo(null)
      return words('restored', { what: name })
    })
  const remove = ({ what, name }: Removal) =>
    what === 'everything' ? erase(name) : forget({ kind: 'events', name: what }, name)
  const removal = (removal: Removal): [button: ReactNode, question: ReactNode] => [
    <Button
      key={removal.what}
      aria-label={`${words('remove')}: ${removal.name}`}
      aria-expanded={asked?.what === removal.what}
      onClick={() => setAsked(asked?.what === removal.what ? null : removal)}
    >
      {words('remove')}
    </Button>,
    asked?.what === removal.what && (
      <div className="ns-sure">
        <p>{words('sure', { what: removal.name, n: removal.actions })}</p>
        <div className="ns-actions">
          <button
            type="button"
            className="ns-button ns-danger"
            ref={focusAtOnce}
            onClick={() => void remove(removal)}
          >
            {words('sureYes')}
          </button>
          <Button onClick={() => setAsked(null)}>{words('keep')}</Button>
        </div>
      </div>
    ),
  ]
  const timesOf = (those: readonly { readonly time: number }[]) => {
    const times = those.map(({ time }) => time)
    return times.length > 0 && days(Math.min(...times), Math.max(...times))
  }
  const kinds = (Object.keys(byName) as EventName[]).map((what): Row => {
    const [name, actions] = [words(`event.${what}`), byName[what] ?? 0]
    const those = events.filter((event) => event.name === what)
    const [button, question] = removal({ what, name, actions })
    const list = open === what && (
      <StoredActions
        events={those}
        itemOf={(id) => items.find((item) => item.id === id)}
        words={words}
        locale={locale}
        onForget={(event, text) => void forget({ kind: 'event', id: event.id }, text)}
      />
    )
    const showing = (
      <Fragment key="show">
        {actions}{' '}
        <Button
          aria-expanded={open === what}
          aria-label={`${words('show')}: ${name}`}
          onClick={() => setOpen(open === what ? null : what)}
        >
          {words('show')}
        </Button>
      </Fragment>
    )
    const below = (question || list) && (
      <>
        {question}
        {list}
      </>
    )
    return [what, [name, showing, timesOf(those), button], below]
  })
  const [eraseButton, eraseQuestion] = removal({
    what: 'everything',
    name: words('everything'),
    actions: count,
  })
  const learned: Row = [
    'learned',
    [words('learned'), words('learnedFrom', { n: snapshot.learnedFrom }), '', ''],
  ]
  return (
    <Section title={words('stored')} wide>
      <p>
        {snapshot.storage === 'indexeddb' ? storedHere : words('storedInPage')}{' '}
        {count === 0 ? words('storedNothing') : keptText}
      </p>
      <Table
        caption={words('storedRows')}
        columns={[words('kind'), words('howMany'), words('when'), words('remove')]}
        rows={[
          ...kinds,
          ...(count > 0 ? [learned] : []),
          ...(keepsUpdates ? [['keptUpdates', [words('keptUpdates'), '', '', '']] as Row] : []),
          ['log', [words('log'), entries.length, timesOf(entries), '']],
          ['everything', [words('everything'), '', '', eraseButton], eraseQuestion],
        ]}
      />
      <div ref={said} tabIndex={-1} className="ns-said">
        <p className="ns-small">{words('alsoStays')}</p>
        {status}
        {undo && (
          <p className="ns-small">
            {words('untilThen')} <Button onClick={() => void putBack(undo)}>{words('undo')}</Button>
          </p>
        )}
      </div>
      {snapshot.trial && (
        <p className="ns-small">
          {words(`trial.${snapshot.trial.arm}`, { share: 100 * snapshot.trial.share })}
        </p>
      )}
      <p className="ns-small">{words('alsoGoes')}</p>
    </Section>
  )
}

type Row = [key: string, cells: ReactNode[], below?: ReactNode]
