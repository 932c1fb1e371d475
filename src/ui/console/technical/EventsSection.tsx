/** @module What is stored, by name, and what cleaning left out of learning and why. */
import type { PersonalizerSnapshot } from '../../../device/api.ts'
import { Section, Table } from '../Section.tsx'

export function EventsSection({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  const { events, cleaning } = snapshot
  const names = Object.entries(events.byName).sort((a, b) => b[1] - a[1])
  const dropped = Object.entries(cleaning.dropped).map(([reason, count]) => `${count} ${reason}`)
  return (
    <Section title="Events on this device">
      {names.length === 0 ? (
        <p>None stored.</p>
      ) : (
        <Table
          caption={`${events.count} stored events by name`}
          columns={['Event', 'Count']}
          rows={names.map(([name, count]) => [name, [<code key="name">{name}</code>, count]])}
        />
      )}
      <p className="ns-small">
        Cleaning: {cleaning.kept} used for learning
        {dropped.length === 0 ? ', none left out.' : `; left out: ${dropped.join(', ')}.`}
      </p>
    </Section>
  )
}
