/** @module `/side-by-side`: everyone's list beside this shopper's list, with each product's move and reason. */
import { type ReactNode, useMemo } from 'react'
import type { Recommendation } from '../../index.ts'
import { troubleText, usePersonalization, useRecommendations, WhyThis } from '../../react.ts'
import { useChoices } from '../address.ts'
import { departmentText, productPath, titleOf } from '../catalog.ts'
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
import { Say } from '../parts/Say.tsx'
import { ShareLink } from '../parts/ShareLink.tsx'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'

const SHOWN = 10

export function SideBySide() {
  const { catalog, unavailable } = useShop()
  const [choices, choose] = useChoices()
  const department = catalog.department(choices.get('in') ?? '')
  const category = department?.name
  const base = useRecommendations({ limit: KNOWN_PLACES, order: 'base', category })
  const personal = useRecommendations({
    limit: KNOWN_PLACES,
    order: 'personal',
    exclude: [],
    category,
  })
  const { events, model, paused } = usePersonalization()
  const movements = useMemo(
    () => movementsOf(base.items, personal.items, SHOWN),
    [base.items, personal.items],
  )
  const failed = base.code ?? personal.code
  const failure = unavailable ? words('unavailable') : failed && troubleText(words, failed)
  const loading = base.status === 'loading' || personal.status === 'loading'
  return (
    <Page title={words('sideBySide')} className="side-by-side">
      <div className="intro">
        <p className="lead">{words('compare.lead')}</p>
        <div className="facets">
          <p className="facet">
            <label htmlFor="in">{words('compare.compare')}</label>
            <select
              id="in"
              value={category ?? ''}
              onChange={({ target }) =>
                choose((next) => next.set('in', target.value), { replace: true })
              }
            >
              <option value="">{words('compare.wholeShop')}</option>
              {catalog.departments.map(({ name }) => (
                <option key={name} value={name}>
                  {departmentText(name)}
                </option>
              ))}
            </select>
          </p>
          <ShareLink />
        </div>
        {paused && <p className="notice">{words('compare.paused')}</p>}
        {failure && !loading && <p role="alert">{failure}</p>}
        {!unavailable && (
          <div className="compare-summary" role="status">
            {loading ? (
              <p>{words('compare.computing')}</p>
            ) : (
              <Summary movements={movements} seen={events.count} canRank={model !== null} />
            )}
          </div>
        )}
      </div>
      {!unavailable && <Lists movements={movements} loading={loading} />}
    </Page>
  )
}

interface SummaryProps {
  readonly movements: Movements
  readonly seen: number
  /** Whether there is a model; false for example on a first visit without a network. */
  readonly canRank: boolean
}

function Summary({ movements, seen, canRank }: SummaryProps) {
  const { catalog } = useShop()
  const { entered, furthest } = movements
  const riser = furthest && catalog.get(furthest.id)
  if (!canRank) return <p>{words('compare.noModel')}</p>
  if (seen === 0)
    return (
      <p>
        <Say text={words('compare.nothing')} />
      </p>
    )
  if (!furthest?.personal || !riser) return <p>{words('compare.same')}</p>
  const of = SHOWN
  const changed =
    entered === 0
      ? words('compare.reordered', { of })
      : words('compare.entered', { n: entered, of })
  const climbed = words('compare.furthest', {
    title: titleOf(riser),
    from: cameFrom(furthest).text,
    to: furthest.personal,
  })
  return (
    <p>
      <Say text={`${changed} ${climbed}`} />
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
      <List id="personal" title={words('compare.yours')} below={below(base, personal)}>
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
      <List id="base" title={words('compare.everyones')} below={below(personal, base)}>
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
  /** Number of items shown in the other list that are also in this list, but below its last shown row. */
  readonly below: number
  /** Rows of the list; false while the list is computed. */
  readonly children: ReactNode
}

function List({ id, title, below, children }: ListProps) {
  return (
    <section aria-labelledby={`compare-${id}`}>
      <h2 id={`compare-${id}`}>{title}</h2>
      <ol className="compare-list" aria-busy={children === false}>
        {children || <Outlines count={SHOWN} className="compare-row compare-outline" />}
      </ol>
      <p className="compare-below small">
        {below > 0 && words('compare.below', { n: below, of: SHOWN })}
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
      <Picture item={item} size={44} alt="" />
      <div className="compare-text">
        <Link href={productPath(item)}>{titleOf(item)}</Link>
        {why && <WhyThis recommendation={why} />}
      </div>
      <span className={`move move-${move.direction}`}>
        <span aria-hidden="true">{ARROWS[move.direction]}</span> {spoken(move)}
      </span>
    </li>
  )
}

/** Text of a move for screen readers. Screen readers skip arrows, so the text says the direction in words. */
function spoken({ direction, text }: Move): ReactNode {
  if (direction === 'same') return text
  return (
    <>
      <span className="visually-hidden">{words(`compare.${direction}`)} </span>
      {text}
    </>
  )
}
