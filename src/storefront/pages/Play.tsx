/**
 * @module Page `/play`: six products to tap. Below them are this shopper's list, which changes with each tap, and
 * everyone's list, which doesn't.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Recommendation } from '../../index.ts'
import { LearningPaused, troubleText, usePersonalization, useRecommendations } from '../../react.ts'
import { useChoices } from '../address.ts'
import { type Catalog, titleOf } from '../catalog.ts'
import { chosenOf } from '../firstPage.ts'
import { Link } from '../parts/Link.tsx'
import { Outlines } from '../parts/Outlines.tsx'
import { Page } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { ShareLink } from '../parts/ShareLink.tsx'
import { useShop } from '../shop.ts'
import { Gliding } from '../story/Gliding.tsx'
import { riseOf } from '../story/line.ts'
import { isAnswer, told } from '../story/visit.ts'
import { count } from '../text.ts'
import { useAsked } from '../wire/requests.ts'
import { Requests, WireButton } from '../wire/Wire.tsx'
import { words } from '../words/words.ts'

/** Number of products in each list. */
const SHOWN = 8
/**
 * Sets of products to tap. The products of a set belong to different departments, and none of them is in everyone's
 * list.
 */
const TO_TAP = [
  ['22629', '84380', '22699', '22086', '22111', '22193'],
  ['22029', '23323', '21121', '22491', '82578', '22998'],
  ['47504K', '20677', '22746', '85066', '22099', '21524'],
] as const

export function Play() {
  const { catalog, capture, unavailable } = useShop()
  const [choices, choose] = useChoices()
  const own = useRecommendations({ limit: SHOWN })
  const everyones = useRecommendations({ limit: SHOWN, order: 'base' })
  const { learned, learnedFrom, paused } = usePersonalization()
  const [tapped, setTapped] = useState<readonly string[]>([])
  const [began, begin] = useState<number | null>(null)
  const followed = useFollowed(own.items)
  // On this page the shopper sees the list change, so the note after the first view (`Passing.tsx`) counts as shown
  // (`told`).
  useEffect(() => {
    if (told.get() === 0) told.set(1)
  }, [])

  const linked = (choices.get('taps') ?? '').split(' ').filter((id) => catalog.get(id))
  // A product that the shopper turned down doesn't count as tapped.
  const liked = learned.filter((one) => one.kind === 'item' && !isAnswer(one.signal))
  const known = new Set([...tapped, ...liked.map(({ name }) => name)])
  const pressed = [...tapped, ...linked.filter((id) => known.has(id) && !tapped.includes(id))]
  /** Products that another shopper tapped and shared by a link, and that this shopper hasn't tapped yet. */
  const offered = linked.filter((id) => !known.has(id))

  function tap(ids: readonly string[]): void {
    begin((since) => since ?? Date.now())
    followed.expect()
    for (const item_id of ids) capture({ name: 'view_item', item_id })
    setTapped((before) => [...new Set([...before, ...ids])])
    choose((next) => next.set('taps', [...new Set([...pressed, ...ids])].join(' ')), {
      replace: true,
    })
  }

  const failed = own.code ?? everyones.code
  return (
    <Page title={words('play')} heading={words('play.heading')} className="play">
      <p className="lead">{words('play.lead')}</p>
      {paused && <LearningPaused />}
      {failed && !unavailable && <p role="alert">{troubleText(words, failed)}</p>}
      {offered.length > 0 && (
        <p className="play-offer">
          {words('play.offer', { titles: titlesOf(offered, catalog) })}{' '}
          <button type="button" className="button" onClick={() => tap(offered)}>
            {words('play.tapToo')}
          </button>
        </p>
      )}
      <div className="play-board">
        <ToTap pressed={pressed} tap={(id) => tap([id])} />
        <Facts learnedFrom={learnedFrom} took={followed.took} began={began} />
        <List title={words('compare.yours')} busy={own.status === 'loading'} mine>
          {own.items}
        </List>
        <List title={words('compare.everyones')} busy={everyones.status === 'loading'}>
          {everyones.items}
        </List>
        <p className="play-ways">
          <Link href="/" className="button button-strong">
            {words('play.shop')}
          </Link>
          <ShareLink />
        </p>
      </div>
    </Page>
  )
}

const titlesOf = (ids: readonly string[], { get }: Catalog): string =>
  ids
    .flatMap((id) => get(id) ?? [])
    .map(titleOf)
    .join(', ')

/** Returns the milliseconds from a tap until the list on screen has changed. */
function useFollowed(list: readonly Recommendation[]) {
  const tap = useRef<{ readonly at: number; readonly ids: string } | null>(null)
  const [took, setTook] = useState<number | null>(null)
  const ids = list.map(({ id }) => id).join(' ')
  useEffect(() => {
    if (!tap.current || tap.current.ids === ids) return
    setTook(performance.now() - tap.current.at)
    tap.current = null
  }, [ids])
  const expect = () => {
    tap.current = { at: performance.now(), ids }
  }
  return { took, expect }
}

interface ToTapProps {
  readonly pressed: readonly string[]
  readonly tap: (id: string) => void
}

function ToTap({ pressed, tap }: ToTapProps) {
  const { catalog } = useShop()
  const [turn, setTurn] = useState(0)
  const choice = chosenOf(catalog, TO_TAP[turn % TO_TAP.length])
  return (
    <section className="play-choice" aria-labelledby="play-taps">
      <div className="play-head">
        <h2 id="play-taps">{words('play.taps')}</h2>
        <button type="button" className="play-others" onClick={() => setTurn(turn + 1)}>
          {words('play.others')}
        </button>
      </div>
      <ul className="play-taps">
        {choice.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              className="play-tap"
              aria-pressed={pressed.includes(item.id)}
              onClick={() => tap(item.id)}
            >
              <Picture item={item} size={160} alt="" early />
              <span lang="en-GB">{titleOf(item)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ListProps {
  readonly title: ReactNode
  readonly busy: boolean
  /** Whether this is the shopper's own list, whose items move. */
  readonly mine?: boolean
  readonly children: readonly Recommendation[]
}

function List({ title, busy, mine = false, children }: ListProps) {
  const { catalog } = useShop()
  return (
    <section className={mine ? 'play-yours' : 'play-everyones'}>
      <h2>{title}</h2>
      <Gliding className="play-list" aria-busy={busy}>
        {children.length === 0 && <Outlines count={SHOWN} className="play-outline" />}
        {children.map((recommendation) => {
          const item = catalog.get(recommendation.id)
          const rise = mine ? riseOf(recommendation, SHOWN) : null
          return (
            item && (
              <li key={item.id} className="play-row" data-item={item.id}>
                <Picture item={item} size={56} alt="" early />
                <span className="play-name" lang="en-GB">
                  {titleOf(item)}
                </span>
                {rise !== null && (
                  <span className="play-rise">
                    <span aria-hidden="true">▲ {count(rise)}</span>
                    <span className="visually-hidden">{words('higher', { n: count(rise) })}</span>
                  </span>
                )}
              </li>
            )
          )
        })}
      </Gliding>
    </section>
  )
}

interface FactsProps {
  readonly learnedFrom: number
  readonly took: number | null
  /** Time of the first tap, milliseconds since the epoch; null before the first tap. */
  readonly began: number | null
}

function Facts({ learnedFrom, took, began }: FactsProps) {
  const asked = useAsked()
  const since = asked.filter(({ time }) => began !== null && time >= began)
  // Requests that the service worker answered from this device reached no server.
  const left = since.filter(({ way }) => way !== 'here').length
  return (
    <div className="play-facts">
      <p role="status">
        {learnedFrom === 0
          ? words('play.nothing')
          : took === null
            ? words('play.learned', { n: learnedFrom })
            : words('play.followed', { n: learnedFrom, ms: Math.max(1, Math.round(took)) })}
      </p>
      <WireButton />
      {/* The element takes up space from the start, so that the lists don't move at the first tap. */}
      <details data-hidden={began === null || undefined}>
        <summary>{words('play.requests', { n: count(left) })}</summary>
        {left === 0 && <p>{words('play.noRequests')}</p>}
        <Requests asked={since} />
      </details>
    </div>
  )
}
