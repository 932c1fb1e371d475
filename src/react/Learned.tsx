/** @module The strongest categories, items and queries of what was learned, each of which can be forgotten. */
import { useId, useRef, useState } from 'react'
import type { PersonalizerSnapshot } from '../personalizer/api.ts'
import { usePersonalizationContext } from './context.ts'

const SAID_OF = {
  category: 'youLike',
  item: 'youLookedAt',
  query: 'youSearchedFor',
} as const

export function Learned({ learned }: { readonly learned: PersonalizerSnapshot['learned'] }) {
  const { itemOf, labels, personalizer } = usePersonalizationContext()
  const id = useId()
  const [said, setSaid] = useState('')
  const title = useRef<HTMLHeadingElement>(null)
  const strongest = Math.max(...learned.map((entry) => entry.strength), 0)
  return (
    <section className="ns-block" aria-labelledby={id}>
      <h3 className="ns-block-title" id={id} ref={title} tabIndex={-1}>
        {labels.learned}
      </h3>
      {learned.length === 0 ? (
        <p>{labels.learnedNothing}</p>
      ) : (
        <ul className="ns-learned">
          {learned.map((entry) => {
            const name =
              entry.kind === 'item' ? (itemOf(entry.name)?.title ?? entry.name) : entry.name
            return (
              <li key={`${entry.kind} ${entry.name}`}>
                <span className="ns-learned-name">
                  {labels[SAID_OF[entry.kind]]} <strong>{name}</strong>
                </span>
                <button
                  type="button"
                  className="ns-button ns-forget"
                  aria-label={labels.forgetThis(name)}
                  onClick={async () => {
                    await personalizer?.forget({ kind: entry.kind, name: entry.name })
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
                  style={{
                    inlineSize: `${strongest > 0 ? (100 * entry.strength) / strongest : 0}%`,
                  }}
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
