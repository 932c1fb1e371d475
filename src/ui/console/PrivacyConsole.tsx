/**
 * @module Five questions of who answers for people's data and has never seen a hash, in the order in
 * which they are asked. All figures are read from the device; what only a programmer asks is below.
 */
import '../react/nearside.css'
import '../react/panel.css'
import './console.css'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { Personalizer } from '../../device/api.ts'
import type { PersonalizerSnapshot } from '../../device/apiSnapshot.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { Button } from '../react/Button.tsx'
import { Agreed } from './Agreed.tsx'
import { Check } from './Check.tsx'
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
  /** False where the shop has no aggregation servers. */
  readonly canContribute?: boolean
  /** Strings in another language; those that are left out stay English, as do sentences of the device itself. */
  readonly labels?: Partial<ConsoleLabels>
  /** Of dates and numbers, e.g. `de-DE`. */
  readonly locale?: string
}

/** @example <PrivacyConsole personalizer={personalizer} /> */
export function PrivacyConsole({
  personalizer,
  items,
  canContribute = true,
  labels,
  locale = 'en-GB',
}: PrivacyConsoleProps) {
  const { subscribe, getSnapshot } = personalizer
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
  const log = useLog(personalizer, snapshot)
  const words = useMemo(() => ({ ...CONSOLE_ENGLISH, ...labels }), [labels])
  const context = useMemo(() => ({ words, locale }), [words, locale])
  const parts = { personalizer, snapshot, entries: log.entries ?? [] }
  return (
    <ConsoleWords.Provider value={context}>
      <div className="ns-console">
        <Printed />
        {!log.entries && !log.failed ? (
          <p className="ns-reading" role="status">
            {words.reading}
          </p>
        ) : (
          <>
            {log.entries ? (
              <Left {...parts} />
            ) : (
              <div className="ns-console-part ns-wide" role="alert">
                <p>{words.unreadable(log.failed)}</p>
                <p>
                  <Button onClick={() => void log.read().catch(() => undefined)}>
                    {words.again}
                  </Button>
                </p>
              </div>
            )}
            <Stored {...parts} />
            <Agreed {...parts} canContribute={canContribute} />
            <Check personalizer={personalizer} read={log.read} />
            <Take personalizer={personalizer} />
            <TechnicalDetails {...parts} items={items} canContribute={canContribute} />
          </>
        )}
      </div>
    </ConsoleWords.Provider>
  )
}

/** Whose page it is and when, on paper alone. */
function Printed() {
  const { days } = useWords()
  return <p className="ns-printed">{`${location.origin}, ${days(Date.now())}`}</p>
}

/** The device's log, read anew when something was written to it. */
function useLog(personalizer: Personalizer, snapshot: PersonalizerSnapshot) {
  const [entries, setEntries] = useState<readonly LedgerEntry[] | null>(null)
  const [failed, setFailed] = useState('')
  // Most of what is logged changes one of these too; “Check the log now” reads it in any case.
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
    try {
      const log = await personalizer.audit.entries()
      setFailed('')
      setEntries(log)
      return log
    } catch (error) {
      setFailed((error as Error).message)
      throw error
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `written` says when to read again
  useEffect(() => {
    read().catch(() => undefined)
  }, [personalizer, written])
  return { entries, failed, read }
}
