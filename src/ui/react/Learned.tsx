/** @module The strongest categories, items and queries of what was learned, each of which can be forgotten. */
import { useId, useRef, useState } from 'react'
import type { ShopperEvent } from '../../core/events/event.ts'
import type { Learned as Entry, PersonalizerSnapshot } from '../../device/api.ts'
import { Button } from './Button.tsx'
import { usePersonalizationContext } from './context.ts'
import { goesText } from './panelText.ts'
import { focusAtOnce, useAction } from './useAction.tsx'

export function Learned({ learned }: { readonly learned: PersonalizerSnapshot['learned'] }) {
  const { labels } = usePersonalizationContext()
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
          {learned.map((entry) => (
            <Line
              key={`${entry.kind} ${entry.name}`}
              entry={entry}
              onForgotten={(name) => {
                setSaid(labels.forgotten(name))
                // The line is gone, and with it the focus.
                title.current?.focus()
              }}
            />
          ))}
        </ul>
      )}
      <p className="ns-visually-hidden" role="status">
        {said}
      </p>
    </section>
  )
}

interface LineProps {
  readonly entry: Entry
  readonly onForgotten: (name: string) => void
}

function Line({ entry, onForgotten }: LineProps) {
  const { itemOf, labels, personalizer } = usePersonalizationContext()
  const { run, alert } = useAction()
  const id = useId()
  /** What would go; null until the shopper has asked. */
  const [going, setGoing] = useState<readonly ShopperEvent[] | null>(null)
  const forget = useRef<HTMLButtonElement>(null)
  const { kind } = entry
  const about = { kind, name: entry.name }
  const name = (kind === 'item' && itemOf(entry.name)?.title) || entry.name
  const ask = () =>
    run('forget', async () => setGoing((await personalizer?.events({ about, limit: 1e6 })) ?? []))
  const doForget = async () => {
    if (await run('forget', async () => personalizer?.forget(about))) onForgotten(name)
  }
  const keep = () => {
    setGoing(null)
    forget.current?.focus()
  }
  return (
    <li>
      <span>
        {kind === 'item'
          ? labels.did(name, entry.signal)
          : labels[kind === 'query' ? 'searched' : kind](name)}
      </span>
      <button
        type="button"
        ref={forget}
        className="ns-button ns-forget"
        aria-label={labels.forgetThis(name)}
        aria-expanded={going !== null}
        onClick={() => (going ? keep() : void ask())}
      >
        {labels.forget}
      </button>
      <span
        className="ns-learned-bar"
        aria-hidden="true"
        style={{ inlineSize: `${100 * entry.strength}%` }}
      />
      {going && (
        <div className="ns-sure">
          <p id={id}>{goesText(name, about, going, itemOf, labels)}</p>
          <p className="ns-actions">
            <button
              type="button"
              className="ns-button ns-danger"
              aria-describedby={id}
              ref={focusAtOnce}
              onClick={() => void doForget()}
            >
              {labels.forgetSure}
            </button>
            <Button onClick={keep}>{labels.eraseKeep}</Button>
          </p>
        </div>
      )}
      {alert}
    </li>
  )
}
