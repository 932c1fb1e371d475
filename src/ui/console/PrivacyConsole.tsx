/**
 * @module Privacy console for people who answer for other people's data, without a technical background: six
 * questions in the order in which they are asked. All figures are read from the device; what only a programmer asks is below.
 */
import '../react/nearside.css'
import '../react/panel.css'
import './console.css'
import { Fragment, useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { ShopperEvent } from '../../core/events/event.ts'
import type { Personalizer } from '../../device/api.ts'
import type { PersonalizerSnapshot } from '../../device/apiSnapshot.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { Button } from '../react/Button.tsx'
import { Agreed } from './Agreed.tsx'
import { Check } from './Check.tsx'
import { Learnable } from './Learnable.tsx'
import { Left } from './Left.tsx'
import { ConsoleWords, useWords } from './Section.tsx'
import { Stored } from './Stored.tsx'
import { Take } from './Take.tsx'
import { TechnicalDetails } from './TechnicalDetails.tsx'
import { CONSOLE_ENGLISH, type ConsoleLabels } from './words.ts'

/** What the console is told. */
export interface PrivacyConsoleProps {
  /** As `createPersonalizer` resolved with it. */
  readonly personalizer: Personalizer
  /** The shop's products, to show titles instead of ids. */
  readonly items?: readonly Item[]
  /** Strings in another language; those that are left out stay English, as do sentences of the device itself. */
  readonly labels?: Partial<ConsoleLabels>
  /** Address of the shop’s page about privacy: “What could somebody learn from this?” links to it. */
  readonly more?: string
  /** Of dates and numbers, e.g. `de-DE`. */
  readonly locale?: string
}

interface Log {
  /** Null before they are read. */
  readonly entries: readonly LedgerEntry[] | null
  readonly events: readonly ShopperEvent[]
  /** Why they could not be read, or null. */
  readonly failed: unknown
}

/** @example <PrivacyConsole personalizer={personalizer} /> */
export function PrivacyConsole({
  personalizer,
  items,
  labels,
  more,
  locale = 'en-GB',
}: PrivacyConsoleProps) {
  const { subscribe, getSnapshot } = personalizer
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
  const log = useLog(personalizer, snapshot)
  const words = { ...CONSOLE_ENGLISH, ...labels }
  const entries = log.entries ?? []
  const parts = { personalizer, snapshot, entries }
  // What a part said of what is gone goes with it.
  const erased = entries.findLast(({ detail }) => detail.what === 'everything')?.sequence
  return (
    <ConsoleWords.Provider value={{ words, locale }}>
      <div className="ns-console">
        <Printed />
        {!log.entries && !log.failed ? (
          <p className="ns-reading" role="status">
            {words.reading}
          </p>
        ) : (
          <>
            {log.entries ? (
              <>
                <Left {...parts} />
                <Learnable {...parts} more={more} />
              </>
            ) : (
              <Unreadable failed={log.failed} onAgain={() => void log.read()} />
            )}
            <Stored {...parts} events={log.events} items={items} />
            <Fragment key={erased}>
              <Agreed {...parts} />
              <Check personalizer={personalizer} read={log.read} />
              <Take personalizer={personalizer} snapshot={snapshot} />
            </Fragment>
            <TechnicalDetails {...parts} items={items} />
          </>
        )}
      </div>
    </ConsoleWords.Provider>
  )
}

function Unreadable(props: { readonly failed: unknown; readonly onAgain: () => void }) {
  const { words, saying } = useWords()
  return (
    <div className="ns-console-part ns-wide" role="alert">
      <p>{words.unreadable(saying(props.failed))}</p>
      <p>
        <Button onClick={props.onAgain}>{words.again}</Button>
      </p>
    </div>
  )
}

/** Whose page it is and when, on paper alone. */
function Printed() {
  const { days } = useWords()
  return <p className="ns-printed">{`${location.origin}, ${days(Date.now())}`}</p>
}

/** Log and events as they are stored, read anew with each change that is shown. */
function useLog({ audit, events }: Personalizer, snapshot: PersonalizerSnapshot) {
  const [log, setLog] = useState<Log>({ entries: null, events: [], failed: null })
  const read = useCallback(async () => {
    try {
      const entries = await audit.entries()
      setLog({ entries, events: await events({ limit: 1e6 }), failed: null })
      return entries
    } catch (error) {
      setLog((before) => ({ ...before, failed: error }))
      return []
    }
  }, [audit, events])
  useEffect(() => {
    // Each step of a fit is shown, and none of them is logged.
    if (!snapshot.fitting) void read()
  }, [snapshot, read])
  return { ...log, read }
}
