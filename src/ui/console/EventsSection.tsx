/** @module What is stored, by name, and what cleaning left out of learning and why. */
import type { PersonalizerSnapshot } from '../../device/api.ts'
import { Section } from './Section.tsx'

export function EventsSection({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  const { events, cleaning } = snapshot
  const names = Object.entries(events.byName).sort((a, b) => b[1] - a[1])
  const dropped = Object.entries(cleaning.dropped)
  return (
    <Section title="Events on this device">
      {names.length === 0 ? (
        <p>None stored.</p>
      ) : (
        <table className="ns-table">
          <caption>{events.count} stored events by name</caption>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Count</th>
            </tr>
          </thead>
          <tbody>
            {names.map(([name, count]) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="ns-small">
        Cleaning: {cleaning.kept} used for learning
        {dropped.length === 0
          ? ', none left out.'
          : `; left out: ${dropped.map(([reason, count]) => `${count} ${reason}`).join(', ')}.`}
      </p>
    </Section>
  )
}
