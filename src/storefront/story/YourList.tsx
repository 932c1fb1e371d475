/** @module "For you" on the home page: the list, what moved since it was last seen, and everyone's to compare. */
import { useEffect, useId, useRef, useState } from 'react'
import type { Recommendation } from '../../index.ts'
import { LearningPaused, usePersonalization, useRecommendations, WhyThis } from '../../react.ts'
import { DISTINCT, FOR_YOU } from '../firstPage.ts'
import { Outlines } from '../parts/Outlines.tsx'
import { Card } from '../parts/ProductCard.tsx'
import { type Order, order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { labels, words } from '../words/words.ts'
import { Gliding } from './Gliding.tsx'
import { HoldButton } from './HoldButton.tsx'
import { lineOf, riseOf } from './line.ts'
import { useHand } from './useHand.ts'
import { rememberShown, told, visit } from './visit.ts'

/** Cards of the first row, which the first screen shows: each picture more delays the paint. */
const FIRST_ROW = 6

const EVERYONES = { limit: FOR_YOU, order: 'base' } as const

interface OnScreen {
  readonly order: Order
  readonly items: readonly Recommendation[]
  /** Milliseconds since the epoch. */
  readonly since: number
}

interface YourListProps {
  /** Ids of everyone's list, on the page that was rendered beforehand. */
  readonly first: readonly string[] | undefined
}

export function YourList({ first }: YourListProps) {
  const { catalog } = useShop()
  const id = useId()
  const chosen = useSignal(order)
  const [held, hold] = useState(false)
  const shownOrder = held ? 'base' : chosen
  const { before, since, done } = useSignal(visit)
  const own = useRecommendations({ limit: FOR_YOU, order: chosen, distinct: DISTINCT.forYou })
  const everyone = useRecommendations(EVERYONES)
  const earlier = useRecommendations(
    before ? { limit: FOR_YOU, distinct: DISTINCT.forYou, until: since } : EVERYONES,
  )
  const state = held ? everyone : own
  const known = usePersonalization().learned.length > 0
  const [hand, handlers] = useHand()
  const onScreen = useRef<OnScreen>(null)

  const loading = state.status === 'loading'
  const mine = shownOrder === 'personal'
  const without = before && earlier.status !== 'loading' ? earlier.items : null
  const everyones = everyone.status === 'loading' ? null : everyone.items
  const waiting = (chosen === 'personal' && before) || first?.map(asEveryones)
  // Nothing moves under a hand: what is new is shown as soon as it is gone.
  const kept = hand && onScreen.current?.order === shownOrder ? onScreen.current.items : null
  const items = kept ?? (loading ? waiting : state.items)

  useEffect(() => {
    if (!loading && items) onScreen.current = { order: shownOrder, items, since: Date.now() }
  }, [loading, items, shownOrder])
  // What changed is on screen: it need not be led to.
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
    <section className={before ? 'for-you' : 'for-you for-you-first'} aria-labelledby={id}>
      <div className={known ? 'for-you-head for-you-known' : 'for-you-head'}>
        <h2 id={id}>{chosen === 'base' ? words.compare.everyones : labels.forYou}</h2>
        <HoldButton held={held} onHold={hold} hidden={!known || chosen === 'base'}>
          {words.yourList.hold}
        </HoldButton>
        <p className="for-you-line" role="status">
          {/* Nothing is said of a list that is about to be another. */}
          {state.code
            ? labels.trouble(state.code)
            : held
              ? words.yourList.everyones
              : !(loading && before) &&
                lineOf({ now: items ?? [], without, everyones, done, known }, catalog.get)}
        </p>
        {/* The style sheet shows it: the page's first rendering doesn't know the shopper's choice. */}
        <p className="for-you-note">{words.yourList.baseOrder}</p>
      </div>
      {chosen === 'personal' && <LearningPaused />}
      <Gliding className="grid with-reasons" aria-busy={loading} {...handlers}>
        {items ? (
          items.map((recommendation, place) => {
            const item = catalog.get(recommendation.id)
            return (
              item && (
                // What keeps its place in the first list stays as it is; nothing else of it is moved,
                // but made anew: to be moved would be a jump.
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
                </li>
              )
            )
          })
        ) : (
          <Outlines count={FOR_YOU} />
        )}
      </Gliding>
    </section>
  )
}

const asEveryones = (id: string, place: number): Recommendation => ({
  id,
  score: 0,
  rank: place + 1,
  baseRank: place + 1,
  reason: { kind: 'popular' },
})
