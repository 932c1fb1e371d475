/** @module Explains how to check this page: with the log, with the browser's own tools, and by an auditor. */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { Button } from '../react/Button.tsx'
import { EXPORT_FILE } from '../react/download.ts'
import { Section, useOutcome, useWords } from './Section.tsx'

const STEPS = ['step.1', 'step.2', 'step.3', 'step.4'] as const

interface CheckProps {
  readonly personalizer: Personalizer
  /** Reads the log. */
  read(): Promise<readonly LedgerEntry[]>
}

export function Check({ personalizer, read }: CheckProps) {
  const { words } = useWords()
  const { run, status } = useOutcome()
  const verify = async () => {
    // Read the log before the check, so that the place of a broken entry fits this log.
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
