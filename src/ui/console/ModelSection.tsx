/** @module Which base model is at work, where things are kept, and which tab does the work. */
import { useState } from 'react'
import { Facts, outcome, Section, type SectionProps } from './Section.tsx'

export function ModelSection({ personalizer, snapshot }: SectionProps) {
  const [said, setSaid] = useState('')
  const { model, storage, tab, status } = snapshot
  async function check() {
    setSaid('Asking …')
    setSaid(
      await outcome(
        personalizer
          .checkForUpdate()
          .then(({ adopted, version }) =>
            adopted ? `Version ${version} is now in use.` : `Version ${version} is the newest.`,
          ),
      ),
    )
  }
  return (
    <Section title="Base model and storage">
      <Facts
        rows={[
          ['State', status],
          ['Version', model?.version ?? 'Not loaded'],
          ['Products', model?.items.toLocaleString('en-GB')],
          ['Trained on orders until', model && dayText(model.until)],
          [
            'Kept in',
            storage === 'indexeddb'
              ? 'IndexedDB of this browser'
              : 'memory only: gone when the page closes',
          ],
          [
            'This tab',
            tab === 'leader'
              ? 'leads: it stores and learns'
              : 'follows: another tab stores and learns',
          ],
        ]}
      />
      <p className="ns-actions">
        <button type="button" className="ns-button" onClick={() => void check()}>
          Look for a newer model
        </button>
      </p>
      <p className="ns-small" role="status">
        {said}
      </p>
    </Section>
  )
}

function dayText(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime())
    ? iso
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}
