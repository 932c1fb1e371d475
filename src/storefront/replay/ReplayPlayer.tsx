/** @module One replay on screen: controls, chart, table, and what the latest order showed. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { savesData } from '../offline.ts'
import { ShareLink } from '../parts/ShareLink.tsx'
import { useShop } from '../shop.ts'
import { formatLater } from '../text.ts'
import { LatestOrder } from './LatestOrder.tsx'
import { createPlayer, type PlayerState } from './player.ts'
import { QualityChart } from './QualityChart.tsx'
import {
  ARM_MEANINGS,
  ARM_NAMES,
  ARMS,
  type Arm,
  MAIN_ARMS,
  meansOf,
  type Quality,
} from './quality.ts'
import { createReplay } from './replay.ts'
import type { PastShopper } from './shoppers.ts'

const PACES = [
  { label: 'Slow', milliseconds: 1600 },
  { label: 'Normal', milliseconds: 600 },
  { label: 'As fast as it computes', milliseconds: 0 },
] as const

const day = formatLater(
  () => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }),
)
const percent = formatLater(
  () => new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }),
)

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

interface ReplayPlayerProps {
  readonly shopper: PastShopper
  /** Whether all ways of ranking are shown, not only everyone's and the one that learned. */
  readonly all: boolean
  readonly onAll: (all: boolean) => void
}

/** Nobody who wants less motion or saves data is played to unasked. */
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
  // StrictMode mounts twice: a player that was closed begins anew when it is asked to.
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
          {playing ? 'Pause' : steps.length > 0 ? 'Go on' : 'Play'}
        </button>
        <button
          type="button"
          className="button"
          disabled={state.status === 'done'}
          onClick={() => player.next()}
        >
          Next order
        </button>
        <button
          type="button"
          className="button"
          disabled={steps.length === 0 && state.status === 'idle'}
          onClick={() => player.restart()}
        >
          Start again
        </button>
        <span className="facet">
          <label htmlFor="pace">Speed</label>
          <select id="pace" value={pace} onChange={({ target }) => setPace(Number(target.value))}>
            {PACES.map(({ label }, index) => (
              <option key={label} value={index}>
                {label}
              </option>
            ))}
          </select>
        </span>
        <span className="facet">
          <label htmlFor="metric">Show</label>
          <select
            id="metric"
            value={metric}
            onChange={({ target }) => setMetric(target.value === 'hit' ? 'hit' : 'ndcg')}
          >
            <option value="ndcg">Quality (NDCG@10)</option>
            <option value="hit">Hits in ten</option>
          </select>
        </span>
        <label className="facet">
          <input type="checkbox" checked={all} onChange={({ target }) => onAll(target.checked)} />
          All four ways of ranking
        </label>
      </div>
      <Progress state={state} total={orders.length} />
      <div className="replay-stage">
        <QualityChart
          steps={steps}
          arms={arms}
          metric={metric}
          span={[orders[0].time, orders[orders.length - 1].time]}
          until={state.until}
          label={`${metric === 'ndcg' ? 'Quality' : 'Hits'} of ${all ? 'four ways of ranking' : 'everyone’s list and the one that learned here'} over ${steps.length} of ${orders.length} orders; the table has the figures`}
        />
        <Figures state={state} arms={arms} />
      </div>
      {steps.length > 0 && <LatestOrder step={steps[steps.length - 1]} />}
    </div>
  )
}

function Progress({ state, total }: { readonly state: PlayerState; readonly total: number }) {
  const { status, steps, error } = state
  const last = steps.at(-1)
  const place = last ? `Order ${steps.length} of ${total}, ${day(last.order.time)}` : ''
  return (
    <div className="replay-progress">
      <progress max={total} value={steps.length} aria-label="Orders replayed" />
      <span>{place}</span>
      {/* Not at every order: what is said aloud is what the shopper did or waits for. */}
      <span role="status">
        {status === 'loading' && 'The model is loading …'}
        {status === 'paused' && 'Paused.'}
        {status === 'done' && 'The year is over.'}
      </span>
      {error && <span role="alert">{error}</span>}
      <ShareLink />
    </div>
  )
}

function Figures({ state, arms }: { readonly state: PlayerState; readonly arms: readonly Arm[] }) {
  const means = state.steps.length > 0 ? meansOf(state.steps.map(({ quality }) => quality)) : null
  return (
    <table className="figures">
      <caption>Means over the orders so far</caption>
      <thead>
        <tr>
          <th scope="col">Ranking</th>
          <th scope="col">Quality</th>
          <th scope="col">Hits</th>
        </tr>
      </thead>
      <tbody>
        {arms.map((arm) => (
          <tr key={arm} data-arm={arm}>
            <th scope="row">
              <span className={`key key-${arm}`} aria-hidden="true" />
              {ARM_NAMES[arm]}
              <span className="small">{ARM_MEANINGS[arm]}</span>
            </th>
            <td>{means ? percent(means[arm].ndcg) : '–'}</td>
            <td>{means ? percent(means[arm].hit) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
