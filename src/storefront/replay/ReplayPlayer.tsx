/** @module A shopper's year on screen: controls, chart, table, and the latest order's list. */
import { useMemo, useState } from 'react'
import { useShop } from '../shop.ts'
import { formatLater } from '../text.ts'
import { words } from '../words/words.ts'
import { LatestOrder } from './LatestOrder.tsx'
import type { ShopArm } from './newShop.ts'
import { createPlayer } from './player.ts'
import { QualityChart } from './QualityChart.tsx'
import { ARMS, type Arm, MAIN_ARMS, meansOf, type Quality, runningMeans } from './quality.ts'
import { ReplayControls, ReplaySettings, usePlayed, wait } from './ReplayControls.tsx'
import { createReplay, type ReplayStep } from './replay.ts'
import type { PastShopper } from './shoppers.ts'

export const day = formatLater(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }),
)
export const percent = formatLater(
  (locale) =>
    new Intl.NumberFormat(locale, {
      ...{ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 },
    }),
)

interface ReplayPlayerProps {
  readonly shopper: PastShopper
  /** Whether the chart shows all ways of ranking, or only everyone's list and the learned list. */
  readonly all: boolean
  readonly onAll: (all: boolean) => void
}

export function ReplayPlayer({ shopper, all, onAll }: ReplayPlayerProps) {
  const { catalog } = useShop()
  const { orders } = shopper
  const player = useMemo(
    () => createPlayer({ parts: orders, open: () => createReplay(catalog.items), wait }),
    [orders, catalog],
  )
  const { steps } = usePlayed(player)
  const [metric, setMetric] = useState<keyof Quality>('ndcg')
  const arms = all ? ARMS : MAIN_ARMS
  const last = steps.at(-1)
  const place = { n: steps.length, of: orders.length }
  return (
    <div className="replay">
      <ReplayControls
        player={player}
        total={orders.length}
        next={words('replay.next')}
        place={last ? words('replay.place', { ...place, day: day(last.order.time) }) : ''}
        progress={words('replay.progress')}
        over={words('replay.over')}
      />
      <div className="replay-stage">
        <QualityChart
          moments={runningMeans(steps, metric)}
          arms={arms}
          span={[orders[0].time, orders[orders.length - 1].time]}
          until={last?.until}
          label={words(all ? 'replay.chartAll' : 'replay.chartTwo', {
            metric: words(`replay.${metric}`),
            ...place,
          })}
        />
        <Figures steps={steps} arms={arms} />
      </div>
      <ReplaySettings player={player}>
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
      </ReplaySettings>
      {last && <LatestOrder step={last} />}
    </div>
  )
}

interface FiguresProps {
  readonly steps: readonly ReplayStep[]
  readonly arms: readonly Arm[]
}

function Figures({ steps, arms }: FiguresProps) {
  const means = steps.length > 0 ? meansOf(steps.map(({ quality }) => quality)) : null
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
            <ArmHead arm={arm} />
            <td>{means ? percent(means[arm].ndcg) : '–'}</td>
            <td>{means ? percent(means[arm].hit) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Name and meaning of a way of ranking, with a sample of its line. */
export function ArmHead({ arm }: { readonly arm: Arm | ShopArm }) {
  return (
    <th scope="row">
      <span className={`key key-${arm}`} aria-hidden="true" />
      {words(`replay.arms.${arm}`)}
      <span className="small">{words(`replay.meanings.${arm}`)}</span>
    </th>
  )
}
