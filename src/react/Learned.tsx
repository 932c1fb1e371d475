/** @module The strongest categories and items of what was learned, as bars with words. */
import { useId } from 'react'
import type { PersonalizerSnapshot } from '../personalizer/api.ts'
import { usePersonalizationContext } from './context.ts'

export function Learned({ learned }: { readonly learned: PersonalizerSnapshot['learned'] }) {
  const { itemOf } = usePersonalizationContext()
  const id = useId()
  const strongest = Math.max(...learned.map((entry) => entry.strength), 0)
  return (
    <section className="ns-block" aria-labelledby={id}>
      <h3 className="ns-block-title" id={id}>
        What was learned
      </h3>
      {learned.length === 0 ? (
        <p>Nothing yet. Look at a few things and this fills.</p>
      ) : (
        <ul className="ns-learned">
          {learned.map((entry) => (
            <li key={`${entry.kind} ${entry.name}`}>
              <span className="ns-learned-name">
                {entry.kind === 'category'
                  ? `You like ${entry.name}`
                  : `You looked at ${itemOf(entry.name)?.title ?? entry.name}`}
              </span>
              <span
                className="ns-learned-bar"
                aria-hidden="true"
                style={{ inlineSize: `${strongest > 0 ? (100 * entry.strength) / strongest : 0}%` }}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
