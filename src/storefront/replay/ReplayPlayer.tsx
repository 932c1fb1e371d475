/** @module One replay on screen: controls, chart, table, and the latest order's list. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { savesData } from '../offline.ts'
import { ShareLink } from '../parts/ShareLink.tsx'
import { useShop } from '../shop.ts'
import { formatLater } from '../text.ts'
import { words } from '../words/words.ts'
import { LatestOrder } from './LatestOrder.tsx'
import { createPlayer, type PlayerState } from './player.ts'
import { QualityChart } from './QualityChart.tsx'
import { ARMS, type Arm, MAIN_ARMS, meansOf, type Quality } from './quality.ts'
import { createReplay } from './replay.ts'
import type { PastShopper } from './shoppers.ts'

const PACES = [
  { name: 'slow', milliseconds: 1600 },
  { name: 'normal', milliseconds: 600 },
  { name: 'fast', milliseconds: 0 },
] as const

const day = formatLater(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }),
)
const percent = formatLater(
  (locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }),
)

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

interface ReplayPlayerProps {
  readonly shopper: PastShopper
  /** Whether all ways of ranking are shown, or only everyone's and the learned one. */
  readonly all: boolean
  readonly onAll: (all: boolean) => void
}

/** Whether the replay starts by itself: not for shoppers who prefer less motion or save data. */
const playsByItself = () => !savesData() && !matchMedia('(prefers-reduced-motion: reduce)').matches

export function ReplayPlayer({ shopper, all, onAll }: ReplayPlayerProps) {
  const { catalog } = useShop()
  const { orders } = shopper
  const player = useMemo(
    () => createPlayer({ orders, open: () => createReplay(catalog.items), wait }),
    [orders, catalog],
  )
  const state = useSyncExternalStore(player.subscribe, player.getSnapshot)
  const [pace, setPace] = useState(1)
  const [metric, setMetric] = useState<keyof Quality>('ndcg')
  useEffect(() => player.setPace(PACES[pace].milliseconds), [player, pace])
  // StrictMode mounts, unmounts and mounts again, so the player must start again after it was closed.
  useEffect(() => {
    if (playsByItself()) player.play()
    return () => player.restart()
  }, [player])

  const playing = state.status === 'playing' || state.status === 'loading'
  const { steps } = state
  const arms = all ? ARMS : MAIN_ARMS
  return (
    <div className="replay">
      <div className="replay-controls">
        <button
          type="button"
          className="button button-strong"
          disabled={state.status === 'done'}
          onClick={() => (playing ? player.pause() : player.play())}
        >
          {playing
            ? words('replay.pause')
            : steps.length > 0
              ? words('replay.goOn')
              : words('replay.play')}
        </button>
        <button
          type="button"
          className="button"
          disabled={state.status === 'done'}
          onClick={() => player.next()}
        >
          {words('replay.next')}
        </button>
        <button
          type="button"
          className="button"
          disabled={steps.length === 0 && state.status === 'idle'}
          onClick={() => player.restart()}
        >
          {words('replay.restart')}
        </button>
        <Progress state={state} total={orders.length} />
      </div>
      <div className="replay-stage">
        <QualityChart
          steps={steps}
          arms={arms}
          metric={metric}
          span={[orders[0].time, orders[orders.length - 1].time]}
          until={state.until}
          label={words(all ? 'replay.chartAll' : 'replay.chartTwo', {
            metric: words(`replay.${metric}`),
            n: steps.length,
            of: orders.length,
          })}
        />
        <Figures state={state} arms={arms} />
      </div>
      <div className="replay-controls">
        <span className="facet">
          <label htmlFor="pace">{words('replay.speed')}</label>
          <select id="pace" value={pace} onChange={({ target }) => setPace(Number(target.value))}>
            {PACES.map(({ name }, index) => (
              <option key={name} value={index}>
                {words(`replay.paces.${name}`)}
              </option>
            ))}
          </select>
        </span>
        <span className="facet">
          <label htmlFor="metric">{words('replay.show')}</label>
          <select
            id="metric"
            value={metric}
            onChange={({ target }) => setMetric(target.value === 'hit' ? 'hit' : 'ndcg')}
          >
            <option value="ndcg">{words('replay.showNdcg')}</option>
            <option value="hit">{words('replay.showHit')}</option>
          </select>
        </span>
        <label className="facet">
          <input type="checkbox" checked={all} onChange={({ target }) => onAll(target.checked)} />
          {words('replay.allArms')}
        </label>
        <ShareLink />
      </div>
      {steps.length > 0 && <LatestOrder step={steps[steps.length - 1]} />}
    </div>
  )
}

function Progress({ state, total }: { readonly state: PlayerState; readonly total: number }) {
  const { status, steps, error } = state
  const last = steps.at(-1)
  const place = last
    ? words('replay.place', { n: steps.length, of: total, day: day(last.order.time) })
    : ''
  return (
    <div className="replay-progress">
      <progress max={total} value={steps.length} aria-label={words('replay.progress')} />
      <span>{place}</span>
      {/* Screen readers hear about the shopper's actions and about waiting, but not about every order. */}
      <span role="status">
        {status === 'loading' && words('replay.modelLoading')}
        {status === 'paused' && words('replay.paused')}
        {status === 'done' && words('replay.over')}
      </span>
      {error && <span role="alert">{error}</span>}
    </div>
  )
}

function Figures({ state, arms }: { readonly state: PlayerState; readonly arms: readonly Arm[] }) {
  const means = state.steps.length > 0 ? meansOf(state.steps.map(({ quality }) => quality)) : null
  return (
    <table className="figures">
      <caption>{words('replay.averages')}</caption>
      <thead>
        <tr>
          <th scope="col">{words('replay.ranking')}</th>
          <th scope="col">{words('replay.ndcg')}</th>
          <th scope="col">{words('replay.hit')}</th>
        </tr>
      </thead>
      <tbody>
        {arms.map((arm) => (
          <tr key={arm} data-arm={arm}>
            <th scope="row">
              <span className={`key key-${arm}`} aria-hidden="true" />
              {words(`replay.arms.${arm}`)}
              <span className="small">{words(`replay.meanings.${arm}`)}</span>
            </th>
            <td>{means ? percent(means[arm].ndcg) : '–'}</td>
            <td>{means ? percent(means[arm].hit) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
