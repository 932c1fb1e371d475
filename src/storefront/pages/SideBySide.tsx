/** @module `/side-by-side`: everybody's list and this shopper's, what moved and why. */
import { type ReactNode, useMemo } from 'react'
import type { Recommendation } from '../../index.ts'
import { usePersonalization, useRecommendations, WhyThis } from '../../react.ts'
import { useChoices } from '../address.ts'
import { productPath, titleOf } from '../catalog.ts'
import {
  cameFrom,
  KNOWN_PLACES,
  type Move,
  type Movements,
  movementsOf,
  type Placed,
  wentTo,
} from '../movement.ts'
import { Link } from '../parts/Link.tsx'
import { MoveLines } from '../parts/MoveLines.tsx'
import { Outlines } from '../parts/Outlines.tsx'
import { Page } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { ShareLink } from '../parts/ShareLink.tsx'
import { useShop } from '../shop.ts'

const SHOWN = 10

export function SideBySide() {
  const { catalog, unavailable } = useShop()
  const [choices, choose] = useChoices()
  const department = catalog.department(choices.get('in') ?? '')
  const category = department?.name
  const base = useRecommendations({ limit: KNOWN_PLACES, order: 'base', category })
  const personal = useRecommendations({ limit: KNOWN_PLACES, order: 'personal', category })
  const { events, model, paused } = usePersonalization()
  const movements = useMemo(
    () => movementsOf(base.items, personal.items, SHOWN),
    [base.items, personal.items],
  )
  const failure = unavailable ?? base.error ?? personal.error
  const loading = base.status === 'loading' || personal.status === 'loading'
  return (
    <Page title="Side by side">
      <div className="intro">
        <p className="lead">
          The shop’s own order is the same for everybody. Yours is computed on this device, now,
          from what you looked at and bought. Both lists hold the same products; only the order
          differs.
        </p>
        <div className="facets">
          <p className="facet">
            <label htmlFor="in">Compare</label>
            <select
              id="in"
              value={category ?? ''}
              onChange={({ target }) =>
                choose((next) => next.set('in', target.value), { replace: true })
              }
            >
              <option value="">The whole shop</option>
              {catalog.departments.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </p>
          <ShareLink />
        </div>
        {paused && (
          <p className="notice">Learning is paused: what you do now changes nothing here.</p>
        )}
        {failure && !loading && <p role="alert">{failure}</p>}
        {unavailable === null && (
          <div className="compare-summary" role="status">
            {loading ? (
              <p>Both lists are being computed …</p>
            ) : (
              <Summary movements={movements} seen={events.count} canRank={model !== null} />
            )}
          </div>
        )}
      </div>
      {unavailable === null && <Lists movements={movements} loading={loading} />}
    </Page>
  )
}

interface SummaryProps {
  readonly movements: Movements
  /** Events on this device. */
  readonly seen: number
  /** False while there is no model, e.g. on a first visit without a network. */
  readonly canRank: boolean
}

function Summary({ movements, seen, canRank }: SummaryProps) {
  const { catalog } = useShop()
  const { entered, furthest } = movements
  const riser = furthest && catalog.get(furthest.id)
  if (!canRank)
    return (
      <p>The shop’s model could not be loaded, so both lists are in the catalog’s order for now.</p>
    )
  if (seen === 0)
    return (
      <p>
        <strong>Nothing has been learned yet</strong>, so both lists are the same.{' '}
        <Link href="/">Look at a product or two</Link>, then come back: yours will have moved.
      </p>
    )
  if (!furthest || !riser)
    return <p>So far, nothing you did changes this order: both lists are the same.</p>
  return (
    <p>
      {entered === 0 ? (
        'Your first ten are everyone’s first ten, in another order. '
      ) : (
        <>
          <strong>
            {entered} of your first {SHOWN}
          </strong>{' '}
          {entered === 1 ? 'is' : 'are'} not among everyone’s first {SHOWN}.{' '}
        </>
      )}
      Furthest up: <strong>{titleOf(riser)}</strong>, {cameFrom(furthest).text} to{' '}
      {furthest.personal}.
    </p>
  )
}

interface ListsProps {
  readonly movements: Movements
  readonly loading: boolean
}

function Lists({ movements: { personal, base }, loading }: ListsProps) {
  const ids = (placed: readonly Placed[]) => placed.map(({ id }) => id)
  const below = (of: readonly Placed[], list: readonly Placed[]) =>
    of.filter(({ id }) => !list.some((placed) => placed.id === id)).length
  return (
    <div className="compare">
      <List
        id="personal"
        title="Your list"
        note="Sorted on this device; nobody else has it."
        below={below(base, personal)}
      >
        {!loading &&
          personal.map((placed) => (
            <Row
              key={placed.id}
              placed={placed}
              place={placed.personal}
              move={cameFrom(placed)}
              why={placed.recommendation}
            />
          ))}
      </List>
      <MoveLines from={ids(base)} to={ids(personal)} />
      <List
        id="base"
        title="Everyone’s list"
        note="What a new visitor sees."
        below={below(personal, base)}
      >
        {!loading &&
          base.map((placed) => (
            <Row key={placed.id} placed={placed} place={placed.base} move={wentTo(placed)} />
          ))}
      </List>
    </div>
  )
}

interface ListProps {
  readonly id: string
  readonly title: string
  readonly note: string
  /** How many of the other list's stand further down in this one. */
  readonly below: number
  /** False while it is computed. */
  readonly children: ReactNode
}

function List({ id, title, note, below, children }: ListProps) {
  return (
    <section aria-labelledby={`compare-${id}`}>
      <h2 id={`compare-${id}`}>{title}</h2>
      <p className="small">{note}</p>
      <ol className="compare-list" aria-busy={children === false}>
        {children || <Outlines count={SHOWN} className="compare-row compare-outline" />}
      </ol>
      <p className="compare-below small">
        {below > 0 && `Further down: ${below} of the other list’s first ${SHOWN}`}
      </p>
    </section>
  )
}

interface RowProps {
  readonly placed: Placed
  readonly place: number | null
  readonly move: Move
  readonly why?: Recommendation
}

const ARROWS = { up: '▲', down: '▼', same: '=' } as const

function Row({ placed, place, move, why }: RowProps) {
  const { catalog } = useShop()
  const item = catalog.get(placed.id)
  if (!item) return null
  return (
    <li className="compare-row">
      <span className="compare-place" aria-hidden="true">
        {place}
      </span>
      <Picture item={item} size={56} alt="" />
      <div className="compare-text">
        <Link href={productPath(item)}>{titleOf(item)}</Link>
        <span className={`move move-${move.direction}`}>
          <span aria-hidden="true">{ARROWS[move.direction]}</span> {spoken(move)}
        </span>
        {why && <WhyThis recommendation={why} />}
      </div>
    </li>
  )
}

/** Arrows are not read aloud: the direction is said. */
function spoken({ direction, text }: Move): ReactNode {
  if (direction === 'same') return text
  return (
    <>
      <span className="visually-hidden">{direction === 'up' ? 'up' : 'down'} </span>
      {text}
    </>
  )
}
