/** @module Shows the stored events by name, and the events that cleaning excluded from learning, with reasons. */
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { Section, Table } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

export function EventsSection({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  const { events, cleaning } = snapshot
  const words = useDetails()
  const names = Object.entries(events.byName).sort((a, b) => b[1] - a[1])
  const dropped = Object.entries(cleaning.dropped).map(([reason, count]) => `${count} ${reason}`)
  return (
    <Section title={words('events')}>
      {names.length === 0 ? (
        <p>{words('noEvents')}</p>
      ) : (
        <Table
          caption={words('byName', { n: events.count })}
          columns={[words('event'), words('count')]}
          rows={names.map(([name, count]) => [
            name,
            [
              <code key="name" lang="en">
                {name}
              </code>,
              count,
            ],
          ])}
        />
      )}
      <p className="ns-small">
        {words(dropped.length > 0 ? 'cleaning' : 'cleaningAll', {
          kept: cleaning.kept,
          reasons: dropped.join(', '),
        })}
      </p>
    </Section>
  )
}
