/** @module What can be taken along: this page on paper, and the exported file, which an auditor can check. */
import type { Personalizer } from '../../device/api.ts'
import { Button } from '../react/Button.tsx'
import { exportData } from '../react/download.ts'
import { Section, useOutcome, useWords } from './Section.tsx'

export function Take({ personalizer }: { readonly personalizer: Personalizer }) {
  const { words } = useWords()
  const { run, status } = useOutcome()
  const save = async () => {
    await exportData(personalizer)
    return words.saved
  }
  return (
    <Section title={words.take} wide>
      <p>{words.takeText}</p>
      <div className="ns-actions">
        <Button onClick={() => print()}>{words.print}</Button>
        <Button onClick={() => void run('', save)}>{words.save}</Button>
      </div>
      {status}
    </Section>
  )
}
