/**
 * @module Privacy console for data-protection officers without a technical background. It answers six questions with
 * figures from the device; technical details are at the end.
 */
import '../react/nearside.css'
import '../react/panel.css'
import './console.css'
import type { Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import {
  type ComponentType,
  Fragment,
  useCallback,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react'
import { CONSOLE_ENGLISH, type ConsoleKey, type ConsoleLabels } from '../messages/console.ts'
import { Button } from '../react/Button.tsx'
import { EXPORT_FILE } from '../react/download.ts'
import { Agreed } from './Agreed.tsx'
import { Learnable, Left } from './Left.tsx'
import { ConsoleWords, Section, type SectionProps, useOutcome, useWords } from './Section.tsx'
import { Stored } from './Stored.tsx'
import { Take } from './Transfer.tsx'
import type { TechnicalProps } from './technical/Technical.tsx'

interface Log {
  /** Log entries; null before they are read. */
  readonly entries: readonly LedgerEntry[] | null
  readonly events: readonly ShopperEvent[]
  /** Error of the last attempt to read the log; null if it succeeded. */
  readonly failed: unknown
}

/**
 * Privacy console: what left, what is stored, what was agreed, and how to check it.
 * @example <PrivacyConsole personalizer={personalizer} />
 */
export function PrivacyConsole({
  personalizer,
  items,
  labels,
  more,
  locale = 'en-GB',
}: {
  /** Personalizer that `createPersonalizer` returned. */
  readonly personalizer: Personalizer
  /** The shop's products, to show titles instead of ids. */
  readonly items?: readonly Item[]
  /** Messages in another language. Missing messages, and the reason why an engine was chosen, stay English. */
  readonly labels?: Partial<ConsoleLabels>
  /** Address of the shop’s privacy page, the target of the link “What could somebody learn from this?”. */
  readonly more?: string
  /** BCP 47 locale of dates and numbers, e.g. `de-DE`. */
  readonly locale?: string
}) {
  const { subscribe, getSnapshot } = personalizer
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
  const log = useLog(personalizer, snapshot)
  const { details, ...given } = labels ?? {}
  const words = wordsIn<ConsoleKey>({ ...CONSOLE_ENGLISH, ...given }, locale)
  const entries = log.entries ?? []
  const parts = { personalizer, snapshot, entries }
  // An erasure changes the React key of all parts, so that no part still shows erased data.
  const erased = entries.findLast(({ detail }) => detail.what === 'everything')?.sequence
  return (
    <ConsoleWords.Provider value={{ words, details, locale }}>
      <div className="ns-console">
        <Printed />
        {!log.entries && !log.failed ? (
          <p className="ns-reading" role="status">
            {words('reading')}
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
      <p>{words('unreadable', { why: saying(props.failed) })}</p>
      <p>
        <Button onClick={props.onAgain}>{words('again')}</Button>
      </p>
    </div>
  )
}

/** Origin and date of the page, which appear only on paper. */
function Printed() {
  const { days } = useWords()
  return <p className="ns-printed">{`${location.origin}, ${days(Date.now())}`}</p>
}

/** Stored log and events, read again after each change of the snapshot. */
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
    // The log isn't read while the personal model is fitted: each step changes the snapshot, but logs nothing.
    if (!snapshot.fitting) void read()
  }, [snapshot, read])
  return { ...log, read }
}

function TechnicalDetails(props: TechnicalProps & SectionProps) {
  const { words } = useWords()
  const [Technical, setTechnical] = useState<ComponentType<TechnicalProps> | null>(null)
  const { run, status } = useOutcome()
  const load = async () => {
    const { Technical } = await import('./technical/Technical.tsx')
    setTechnical(() => Technical)
    return ''
  }
  return (
    <details
      className="ns-technical"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && !Technical) void run(words('loading'), load)
      }}
    >
      <summary>{words('technical')}</summary>
      {Technical ? <Technical {...props} /> : status}
    </details>
  )
}

const STEPS = ['step.1', 'step.2', 'step.3', 'step.4'] as const

function Check(props: {
  readonly personalizer: Personalizer
  read(): Promise<readonly LedgerEntry[]>
}) {
  const { personalizer, read } = props
  const { words } = useWords()
  const { run, status } = useOutcome()
  const verify = async () => {
    // Read the log before the check, because `brokenAt` is the position of a broken entry in the log of that time.
    const log = await read()
    const { entries, brokenAt, signed } = await personalizer.audit.verify()
    if (brokenAt !== null) return words('broken', { entry: log[brokenAt]?.sequence })
    const last = log.findLast(({ key }) => key !== undefined)
    return last
      ? words('verified', { n: entries, signed, last: last.sequence })
      : words('unsigned', { n: entries })
  }
  return (
    <Section title={words('check')} wide>
      <p className="ns-actions">
        <Button onClick={() => void run(words('verifying'), verify)}>{words('verify')}</Button>
      </p>
      {status}
      <h3 className="ns-block-title">{words('proves')}</h3>
      <p>{words('provesText')}</p>
      <h3 className="ns-block-title">{words('tools')}</h3>
      <ol className="ns-steps">
        {STEPS.map((step) => (
          <li key={step}>{words(step)}</li>
        ))}
      </ol>
      <h3 className="ns-block-title">{words('auditor')}</h3>
      <p>{words('auditorText')}</p>
      <pre className="ns-commands">
        {`npx nearside audit explain ${EXPORT_FILE}\npython3 tools/verify.py ${EXPORT_FILE}`}
      </pre>
    </Section>
  )
}
