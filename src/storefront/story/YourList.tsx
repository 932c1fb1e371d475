/** @module "For you" on the home page: the list, what changed since the shopper last saw it, and everyone's list. */
import { Suspense, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { Recommendation } from '../../index.ts'
import {
  LearningPaused,
  troubleText,
  useAnswers,
  usePersonalization,
  useRecommendations,
  WhyThis,
} from '../../react.ts'
import type { Catalog } from '../catalog.ts'
import { DISTINCT, FOR_YOU } from '../firstPage.ts'
import { laterPart } from '../later.tsx'
import { Outlines } from '../parts/Outlines.tsx'
import { Card } from '../parts/ProductCard.tsx'
import { type Order, order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { who } from '../stored.ts'
import { isNeutral } from '../tune/tuned.ts'
import { tuning } from '../tune/tuning.ts'
import { Choice } from '../who/Choice.tsx'
import { NobodyNote, usePerson, WhoButton } from '../who/Who.tsx'
import { words } from '../words/words.ts'
import { Gliding } from './Gliding.tsx'
import { lineOf, riseOf } from './line.ts'
import { useHand } from './useHand.ts'
import { rememberShown, told, visit } from './visit.ts'

/**
 * Number of cards on the first screen, which load their pictures early. More early pictures would delay the first
 * paint.
 */
const FIRST_ROW = 6

const Tune = laterPart(() => import('../tune/Tune.tsx').then((part) => part.Tune))

const EVERYONES = { limit: FOR_YOU, order: 'base' } as const

interface OnScreen {
  readonly order: Order
  readonly items: readonly Recommendation[]
  /** Time at which this list came on screen, milliseconds since the epoch. */
  readonly since: number
}

interface YourListProps {
  /** Ids of everyone's list on the prerendered page. */
  readonly first: readonly string[] | undefined
}

export function YourList({ first }: YourListProps) {
  const { catalog } = useShop()
  const id = useId()
  const chosen = useSignal(order)
  const [compares, compare] = useState(false)
  const [tunes, tune] = useState(false)
  const [asksWho, askWho] = useState(false)
  const whoButton = useRef<HTMLButtonElement>(null)
  const person = usePerson()
  const forWhom = useSignal(who)
  const [tuned, setTuned] = useState<readonly Recommendation[] | null>(null)
  const isTuned = !isNeutral(useSignal(tuning))
  const shownOrder = compares ? 'base' : chosen
  const { before, since, done } = useSignal(visit)
  const options = useMemo(
    () => ({ limit: FOR_YOU, order: chosen, distinct: DISTINCT.forYou }),
    [chosen],
  )
  const own = useRecommendations(options)
  const everyone = useRecommendations(EVERYONES)
  const earlier = useRecommendations(
    before ? { limit: FOR_YOU, distinct: DISTINCT.forYou, until: since } : EVERYONES,
  )
  const state = compares ? everyone : own
  const known = usePersonalization().learned.length > 0
  const [hand, handlers] = useHand()
  const onScreen = useRef<OnScreen>(null)

  const loading = state.status === 'loading'
  const mine = shownOrder === 'personal'
  const without = before && earlier.status !== 'loading' ? earlier.items : null
  const everyones = everyone.status === 'loading' ? null : everyone.items
  const waiting = (chosen === 'personal' && before) || first?.map(asEveryones)
  const { itemsOf, failed, answered } = useAnswers(
    shownOrder === 'personal' ? { kind: 'recommend', options } : null,
  )
  // While the shopper points at the list or has the focus in it, the list changes only if the shopper answers one of
  // its items ("not for me").
  const last = onScreen.current
  const kept = hand && !answered && last?.order === shownOrder ? last.items : null
  const items = kept ?? (loading ? waiting : (mine && tuned) || state.items)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of `forWhom` drops the last person's list
  useEffect(() => {
    onScreen.current = null
  }, [forWhom])
  useEffect(() => {
    if (!loading && items) onScreen.current = { order: shownOrder, items, since: Date.now() }
  }, [loading, items, shownOrder])
  // This page shows the changed list, so the note after the first view (`Passing.tsx`) counts as shown (`told`).
  useEffect(() => {
    if (visit.get().looks > 0 && told.get() === 0) told.set(1)
  }, [])
  useEffect(
    () => () => {
      const last = onScreen.current
      if (last?.order === 'personal') rememberShown(last.items, last.since)
    },
    [],
  )

  return (
    <section
      className={before ? 'ns-section for-you' : 'ns-section for-you for-you-first'}
      aria-labelledby={id}
    >
      <div className={known ? 'for-you-head for-you-known' : 'for-you-head'}>
        <h2 id={id}>
          {chosen === 'base'
            ? words('compare.everyones')
            : person === null
              ? words('forYou')
              : words('who.for', { name: person })}
        </h2>
        <div className="for-you-tools">
          <button
            type="button"
            className="compare-toggle"
            aria-pressed={compares}
            data-hidden={!known || chosen === 'base' || undefined}
            onClick={() => compare(!compares)}
          >
            {words('yourList.compare')}
          </button>
          <button
            type="button"
            className="compare-toggle"
            aria-expanded={tunes && mine}
            disabled={!mine}
            onClick={() => tune(!tunes)}
          >
            {words('tune')}
          </button>
          <WhoButton ref={whoButton} open={asksWho} onToggle={() => askWho(!asksWho)} />
        </div>
        <p className="for-you-line" role="status">
          {/* While the new list loads, the previous list is on screen and no sentence shows. */}
          {state.code
            ? troubleText(words, state.code)
            : failed
              ? words('trouble')
              : compares
                ? words('yourList.everyones')
                : tuned
                  ? words('tune.line')
                  : !(loading && before) &&
                    lineOf({ now: items ?? [], without, everyones, done, known }, catalog.get)}
        </p>
        {/* The style sheet shows this note only with everyone's ranking: prerendering can't know the shopper's choice. */}
        <p className="for-you-note">{words('yourList.baseOrder')}</p>
      </div>
      <NobodyNote />
      {asksWho && (
        <Choice
          onClose={() => {
            askWho(false)
            whoButton.current?.focus()
          }}
        />
      )}
      {chosen === 'personal' && <LearningPaused />}
      {mine && (tunes || isTuned) && !loading && (
        <Suspense>
          <Tune own={own.items} open={tunes} onList={setTuned} />
        </Suspense>
      )}
      <Gliding className="grid with-reasons" aria-busy={loading} {...handlers}>
        {items ? (
          itemsOf(entriesOf(items, catalog), ({ item, recommendation }, place, menu) => (
            // An item of the prerendered list keeps its DOM node only if its position stays the same, because a node
            // that moves makes the page jump.
            <li
              key={waiting?.[place]?.id === item.id ? `first ${item.id}` : item.id}
              className="grid-item"
            >
              <Card
                item={item}
                early={place < FIRST_ROW}
                rise={mine ? riseOf(recommendation, FOR_YOU) : null}
              />
              <WhyThis recommendation={recommendation} />
              {menu}
            </li>
          ))
        ) : (
          <Outlines count={FOR_YOU} />
        )}
      </Gliding>
    </section>
  )
}

const entriesOf = (items: readonly Recommendation[], { get }: Catalog) =>
  items.flatMap((recommendation, at) => {
    const item = get(recommendation.id)
    return item ? [{ item, recommendation, position: at + 1 }] : []
  })

const asEveryones = (id: string, place: number): Recommendation => ({
  id,
  score: 0,
  rank: place + 1,
  baseRank: place + 1,
  reason: { kind: 'popular' },
})
