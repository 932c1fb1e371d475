/** @module The strongest categories, items and queries of what was learned, each of which can be forgotten. */
import { useEffect, useId, useRef, useState } from 'react'
import type { ShopperEvent } from '../../core/events/event.ts'
import type { Learned as Entry, PersonalizerSnapshot } from '../../device/api.ts'
import { Button } from './Button.tsx'
import { type Personalization, usePersonalizationContext } from './context.ts'
import type { Labels } from './labels.ts'
import { goesText } from './panelText.ts'
import { focusAtOnce, useAction } from './useAction.tsx'

/** So long a forgotten line is seen to leave, milliseconds; `panel.css` moves it. */
const LEAVING = 900

interface Leaving {
  readonly entry: Entry
  /** Where it stood. */
  readonly place: number
  /** False until it is forgotten for good. */
  readonly gone: boolean
}

export function Learned({ learned }: { readonly learned: PersonalizerSnapshot['learned'] }) {
  const { itemOf, labels } = usePersonalizationContext()
  const [said, setSaid] = useState('')
  const [leaving, setLeaving] = useState<Leaving | null>(null)
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!leaving?.gone) return
    const timer = setTimeout(() => setLeaving(null), LEAVING)
    return () => clearTimeout(timer)
  }, [leaving])
  const lines = [...learned]
  if (leaving && !learned.some((entry) => keyOf(entry) === keyOf(leaving.entry)))
    lines.splice(leaving.place, 0, leaving.entry)
  return (
    <section className="ns-block" aria-label={labels.learned}>
      <h3 className="ns-block-title" ref={title} tabIndex={-1}>
        {labels.learned}
      </h3>
      {lines.length === 0 ? (
        <p>{labels.learnedNothing}</p>
      ) : (
        <ul className="ns-learned">
          {lines.map((entry, place) =>
            entry === leaving?.entry && !learned.includes(entry) ? (
              <li key={keyOf(entry)} className="ns-leaving" aria-hidden="true">
                {textOf(entry, itemOf, labels)}
              </li>
            ) : (
              <Line
                key={keyOf(entry)}
                entry={entry}
                onForget={() => setLeaving({ entry, place, gone: false })}
                onKept={() => setLeaving(null)}
                onForgotten={(name) => {
                  setLeaving({ entry, place, gone: true })
                  setSaid(labels.forgotten(name))
                  // The line is gone, and with it the focus.
                  title.current?.focus()
                }}
              />
            ),
          )}
        </ul>
      )}
      <p className="ns-visually-hidden" role="status">
        {said}
      </p>
    </section>
  )
}

const keyOf = ({ kind, name }: Entry) => `${kind} ${name}`

const nameOf = ({ kind, name }: Entry, itemOf: Personalization['itemOf']) =>
  (kind === 'item' && itemOf(name)?.title) || name

function textOf(entry: Entry, itemOf: Personalization['itemOf'], labels: Labels): string {
  const name = nameOf(entry, itemOf)
  if (entry.kind === 'item') return labels.did(name, entry.signal)
  return labels[entry.kind === 'query' ? 'searched' : entry.kind](name)
}

interface LineProps {
  readonly entry: Entry
  /** It is being forgotten, and leaves unless that fails. */
  readonly onForget: () => void
  readonly onKept: () => void
  readonly onForgotten: (name: string) => void
}

function Line({ entry, onForget, onKept, onForgotten }: LineProps) {
  const { itemOf, labels, personalizer } = usePersonalizationContext()
  const { run, alert } = useAction()
  const id = useId()
  /** What would go; null until the shopper has asked. */
  const [going, setGoing] = useState<readonly ShopperEvent[] | null>(null)
  const forget = useRef<HTMLButtonElement>(null)
  const about = { kind: entry.kind, name: entry.name }
  const name = nameOf(entry, itemOf)
  const ask = () =>
    run('forget', async () => setGoing((await personalizer?.events({ about, limit: 1e6 })) ?? []))
  const doForget = async () => {
    onForget()
    if (await run('forget', async () => personalizer?.forget(about))) onForgotten(name)
    else onKept()
  }
  const keep = () => {
    setGoing(null)
    forget.current?.focus()
  }
  return (
    <li>
      <span>{textOf(entry, itemOf, labels)}</span>
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
