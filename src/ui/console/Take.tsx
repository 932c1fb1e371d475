/** @module Exports: this page on paper, a file that an auditor can check, and an encrypted file for another device. */
import { Button } from '../react/Button.tsx'
import { exportData } from '../react/download.ts'
import { Section, type SectionProps, useOutcome, useWords } from './Section.tsx'
import { Transfer } from './Transfer.tsx'

export function Take({ personalizer, snapshot }: SectionProps) {
  const { words } = useWords()
  const { run, status } = useOutcome()
  const save = async () => {
    await exportData(personalizer)
    return words('saved')
  }
  return (
    <Section title={words('take')} wide>
      <p>{words('takeText')}</p>
      <div className="ns-actions">
        <Button onClick={() => print()}>{words('print')}</Button>
        <Button onClick={() => void run('', save)}>{words('exportData')}</Button>
      </div>
      {status}
      <Transfer personalizer={personalizer} snapshot={snapshot} />
    </Section>
  )
}
