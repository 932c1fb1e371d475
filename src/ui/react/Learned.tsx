/** @module Shows what was learned, strongest first, and the stored actions. Each line has a button to forget it. */

import type { Forgettable, Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { Learned as Entry } from '@nearside/core/ranking/learned.ts'
import { useEffect, useId, useRef, useState } from 'react'
import { Button } from './Button.tsx'
import { type Personalization, usePersonalizationContext } from './context.ts'
import { goesText } from './panelText.ts'
import { FIRST, StoredActions } from './StoredActions.tsx'
import { focusAtOnce, useAction } from './useAction.tsx'

/** Limit of a request for all events; no device stores that many. */
const ALL = 1e6
/** Duration for which a forgotten line fades out, milliseconds; `panel.css` animates it. */
const LEAVING = 900

export function Learned({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  const { erasures, learned } = snapshot
  const { itemOf, locale, personalizer, words } = usePersonalizationContext()
  // The alert is outside the line, because the line is possibly gone when the action fails.
  const { run, alert, dismiss } = useAction()
  const [said, setSaid] = useState('')
  /** Name and undo function of the last deletion. Only this undo function still holds the deleted events. */
  const [undo, setUndo] = useState<readonly [name: string, back: () => Promise<void>] | null>(null)
  // Any deletion, in any tab, drops the earlier undo function and its name. The undo of a new deletion on this page
  // stays, because it is set only after the snapshot has changed.
  const [known, setKnown] = useState(erasures)
  if (known !== erasures) {
    setKnown(erasures)
    setUndo(null)
    setSaid('')
    dismiss()
  }
  /** Learned interest that is being forgotten, whose line fades out, and the line's index. */
  const [leaving, setLeaving] = useState<readonly [Entry, number] | null>(null)
  const [most, setMost] = useState(FIRST)
  const stored = useStoredEvents(personalizer, snapshot, most)
  const { count } = snapshot.events
  const title = useRef<HTMLHeadingElement>(null)
  const lines = [...learned]
  const gone = leaving && !learned.some((entry) => keyOf(entry) === keyOf(leaving[0]))
  if (gone) lines.splice(leaving[1], 0, leaving[0])
  /** Shows the outcome and moves the focus to the title, because the pressed button is gone. */
  function say(text: string): void {
    setSaid(text)
    title.current?.focus()
  }
  /** @param isGone whether the events are gone from memory, even if the disk refused to delete them */
  async function forget(name: string, about: Forgettable, isGone: () => boolean) {
    if (!personalizer) return
    const work = async () => setUndo([name, await personalizer.forget(about)])
    if (await run('forget', work, () => (isGone() ? 'forget-disk' : 'forget')))
      say(words('forgotten', { name }))
    else if (isGone()) say('')
  }
  async function forgetLine(entry: Entry, place: number) {
    setLeaving([entry, place])
    await forget(nameOf(entry, itemOf), aboutOf(entry), () =>
      Boolean(personalizer?.getSnapshot().learned.every((other) => keyOf(other) !== keyOf(entry))),
    )
    setTimeout(() => setLeaving(null), LEAVING)
  }
  async function forgetAction({ id }: ShopperEvent, name: string) {
    const before = snapshot.events.count
    await forget(name, { kind: 'event', id }, () =>
      Boolean(personalizer && personalizer.getSnapshot().events.count < before),
    )
  }
  async function putBack([name, back]: NonNullable<typeof undo>) {
    if (!(await run('undo', back))) return
    setUndo(null)
    setLeaving(null)
    say(words('restored', { name }))
  }
  return (
    <section className="ns-block" aria-label={words('learnedFrom', { n: snapshot.learnedFrom })}>
      <h3 className="ns-block-title" ref={title} tabIndex={-1}>
        {words('learnedFrom', { n: snapshot.learnedFrom })}
      </h3>
      <p role="status" className={said ? 'ns-undo' : 'ns-visually-hidden'}>
        {said}
      </p>
      {undo && <Button onClick={() => void putBack(undo)}>{words('undo')}</Button>}
      {alert}
      {lines.length > 0 && (
        <ul className="ns-learned">
          {lines.map((entry, place) =>
            gone && entry === leaving[0] ? (
              <li key={keyOf(entry)} className="ns-leaving" aria-hidden="true">
                {textOf(entry, { itemOf, words })}
              </li>
            ) : (
              <Line
                key={keyOf(entry)}
                entry={entry}
                onForget={() => void forgetLine(entry, place)}
              />
            ),
          )}
        </ul>
      )}
      {count === 0 ? (
        <p>{words('storedNothing')}</p>
      ) : (
        <details open={lines.length === 0}>
          <summary>{words('storedOneByOne', { n: count })}</summary>
          <StoredActions
            events={stored}
            count={count}
            onAll={() => setMost(ALL)}
            itemOf={itemOf}
            words={words}
            locale={locale}
            onForget={(event, name) => void forgetAction(event, name)}
          />
        </details>
      )}
    </section>
  )
}

/** The newest stored actions, read again when an action is added or removed. */
function useStoredEvents(
  personalizer: Personalizer | null,
  { events: { count }, erasures }: PersonalizerSnapshot,
  limit: number,
): readonly ShopperEvent[] {
  const [events, setEvents] = useState<readonly ShopperEvent[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of count or erasures means other events
  useEffect(() => {
    let wanted = true
    personalizer
      ?.events({ limit })
      .then((read) => wanted && setEvents(read))
      // After a failure, the panel keeps the last answer; the device's notices report the failure.
      .catch(() => undefined)
    return () => {
      wanted = false
    }
  }, [personalizer, count, erasures, limit])
  return events
}

const keyOf = ({ kind, name }: Entry) => `${kind} ${name}`

const aboutOf = ({ kind, name }: Entry) => ({ kind, name })

const nameOf = ({ kind, name }: Entry, itemOf: Personalization['itemOf']) =>
  (kind === 'item' && itemOf(name)?.title) || name

function textOf(entry: Entry, { itemOf, words }: Pick<Personalization, 'itemOf' | 'words'>) {
  const name = nameOf(entry, itemOf)
  if (entry.kind === 'item') return words(`did.${entry.signal}`, { title: name })
  return entry.kind === 'query'
    ? words('searched', { query: name })
    : words('category', { category: name })
}

function Line(props: { readonly entry: Entry; readonly onForget: () => void }) {
  const { entry, onForget } = props
  const { itemOf, locale, personalizer, words } = usePersonalizationContext()
  const { run, alert } = useAction()
  const id = useId()
  /** Events that would be deleted; null until the shopper has pressed the button. */
  const [going, setGoing] = useState<readonly ShopperEvent[] | null>(null)
  const forget = useRef<HTMLButtonElement>(null)
  const about = aboutOf(entry)
  const name = nameOf(entry, itemOf)
  const ask = () =>
    run('forget', async () => setGoing((await personalizer?.events({ about, limit: ALL })) ?? []))
  const keep = () => {
    setGoing(null)
    forget.current?.focus()
  }
  return (
    <li>
      <span>{textOf(entry, { itemOf, words })}</span>
      <button
        type="button"
        ref={forget}
        className="ns-button ns-forget"
        aria-label={words('forgetThis', { name })}
        aria-expanded={going !== null}
        onClick={() => (going ? keep() : void ask())}
      >
        {words('forget')}
      </button>
      <span
        className="ns-learned-bar"
        aria-hidden="true"
        style={{ inlineSize: `${100 * entry.strength}%` }}
      />
      {going && (
        <div className="ns-sure">
          <p id={id}>{goesText({ itemOf, locale, words }, name, about, going)}</p>
          <p className="ns-actions">
            <button
              type="button"
              className="ns-button ns-danger"
              aria-describedby={id}
              ref={focusAtOnce}
              onClick={onForget}
            >
              {words('forgetSure')}
            </button>
            <Button onClick={keep}>{words('eraseKeep')}</Button>
          </p>
        </div>
      )}
      {alert}
    </li>
  )
}
