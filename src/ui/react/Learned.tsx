/** @module The strongest categories, items and queries of what was learned, each of which can be forgotten. */
import { useRef, useState } from 'react'
import type { PersonalizerSnapshot } from '../../device/api.ts'
import { usePersonalizationContext } from './context.ts'

export function Learned({ learned }: { readonly learned: PersonalizerSnapshot['learned'] }) {
  const { itemOf, labels, personalizer } = usePersonalizationContext()
  const [said, setSaid] = useState('')
  const title = useRef<HTMLHeadingElement>(null)
  return (
    <section className="ns-block" aria-label={labels.learned}>
      <h3 className="ns-block-title" ref={title} tabIndex={-1}>
        {labels.learned}
      </h3>
      {learned.length === 0 ? (
        <p>{labels.learnedNothing}</p>
      ) : (
        <ul className="ns-learned">
          {learned.map((entry) => {
            const { kind } = entry
            const name = (kind === 'item' && itemOf(entry.name)?.title) || entry.name
            return (
              <li key={`${kind} ${entry.name}`}>
                <span>
                  {kind === 'item'
                    ? labels.did(name, entry.signal)
                    : labels[kind === 'query' ? 'searched' : kind](name)}
                </span>
                <button
                  type="button"
                  className="ns-button ns-forget"
                  aria-label={labels.forgetThis(name)}
                  onClick={async () => {
                    await personalizer?.forget({ kind, name: entry.name })
                    setSaid(labels.forgotten(name))
                    // The button is gone, and with it the focus.
                    title.current?.focus()
                  }}
                >
                  {labels.forget}
                </button>
                <span
                  className="ns-learned-bar"
                  aria-hidden="true"
                  style={{ inlineSize: `${100 * entry.strength}%` }}
                />
              </li>
            )
          })}
        </ul>
      )}
      <p className="ns-visually-hidden" role="status">
        {said}
      </p>
    </section>
  )
}
