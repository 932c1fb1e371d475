/** @module Which base model is at work, where things are kept, and which tab does the work. */
import { Button } from '../../react/Button.tsx'
import { Fact } from '../../react/Fact.tsx'
import { Section, type SectionProps, useOutcome } from '../Section.tsx'

export function ModelSection({ personalizer, snapshot }: SectionProps) {
  const { run, status: outcome } = useOutcome()
  const { model, storage, tab, status } = snapshot
  const check = async () => {
    const { adopted, version } = await personalizer.checkForUpdate()
    return adopted ? `Version ${version} is now in use.` : `Version ${version} is the newest.`
  }
  return (
    <Section title="Base model and storage">
      <dl className="ns-facts">
        <Fact name="State">{status}</Fact>
        <Fact name="Version">{model?.version ?? 'Not loaded'}</Fact>
        <Fact name="Products">{model?.items.toLocaleString('en-GB')}</Fact>
        <Fact name="Trained on orders until">{model && dayText(model.until)}</Fact>
        <Fact name="Kept in">
          {storage === 'indexeddb'
            ? 'IndexedDB of this browser'
            : 'memory only: gone when the page closes'}
        </Fact>
        <Fact name="This tab">
          {tab === 'leader'
            ? 'leads: it stores and learns'
            : 'follows: another tab stores and learns'}
        </Fact>
      </dl>
      <p className="ns-actions">
        <Button onClick={() => void run('Asking …', check)}>Look for a newer model</Button>
      </p>
      {outcome}
    </Section>
  )
}

function dayText(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime())
    ? iso
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}
