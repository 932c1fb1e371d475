/** @module Second part of `/fast-forward`: recorded first weeks of a shop that collects nothing. */
import { useMemo } from 'react'
import { productPath, titleOf } from '../catalog.ts'
import { Link } from '../parts/Link.tsx'
import { Picture } from '../parts/Picture.tsx'
import { useShop } from '../shop.ts'
import { count, formatLater } from '../text.ts'
import { useLoaded } from '../useLoaded.ts'
import { inUse, words } from '../words/words.ts'
import { MissingShoppers } from './MissingShoppers.tsx'
import {
  type Listed,
  loadNewShop,
  MEAN_WEEKS,
  type NewShop,
  recentMeans,
  SHOP_ARMS,
  type ShopWeek,
} from './newShop.ts'
import { createPlayer } from './player.ts'
import { QualityChart } from './QualityChart.tsx'
import type { Moment } from './quality.ts'
import { ReplayControls, ReplaySettings, usePlayed, wait } from './ReplayControls.tsx'
import { ArmHead, day, percent } from './ReplayPlayer.tsx'

export function NewShopStory() {
  const { value, failure, retry } = useLoaded(loadNewShop, () => null)
  if (failure !== null)
    return <MissingShoppers what={words('newShop.missing')} failure={failure} onRetry={retry} />
  if (value) return <Played shop={value} />
  return (
    <p className="replay-waiting" role="status">
      {words('newShop.loading')}
    </p>
  )
}

/** The weeks are recorded, so a step computes nothing and returns the recorded week. */
const open = async () => ({ step: async (week: ShopWeek) => week, close: () => {} })

function Played({ shop: { weeks, epsilon } }: { readonly shop: NewShop }) {
  const player = useMemo(() => createPlayer({ parts: weeks, open, wait }), [weeks])
  const { steps } = usePlayed(player)
  const moments = recentMeans(steps)
  const last = steps.at(-1)
  const place = { n: steps.length - 1, of: weeks.length - 1 }
  return (
    <div className="replay">
      <ReplayControls
        player={player}
        total={weeks.length}
        next={words('newShop.next')}
        place={
          last
            ? words(last.round ? 'newShop.place' : 'newShop.opens', {
                ...place,
                day: day(last.time),
              })
            : ''
        }
        progress={words('newShop.progress')}
        over={words('newShop.over')}
      />
      <div className="replay-stage">
        <QualityChart
          moments={moments}
          arms={SHOP_ARMS}
          span={[weeks[0].time, weeks[weeks.length - 1].time]}
          label={words('newShop.chart', place)}
        />
        <Figures now={moments.at(-1)} />
      </div>
      <ReplaySettings player={player} />
      {last && <NewModel week={last} before={steps.at(-2)} />}
      {last?.round && <OneDevice round={last.round} epsilon={epsilon.report} />}
    </div>
  )
}

function Figures({ now }: { readonly now: Moment | undefined }) {
  return (
    <table className="figures">
      <caption>{words('newShop.averages', { n: MEAN_WEEKS })}</caption>
      <thead>
        <tr>
          <th scope="col">{words('replay.ranking')}</th>
          <th scope="col">{words('replay.ndcg')}</th>
        </tr>
      </thead>
      <tbody>
        {SHOP_ARMS.map((arm) => (
          <tr key={arm} data-arm={arm}>
            <ArmHead arm={arm} />
            <td>{now ? percent(now.values[arm]) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const decimal = formatLater(
  (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 }),
)

interface NewModelProps {
  readonly week: ShopWeek
  readonly before: ShopWeek | undefined
}

/**
 * The list of the week's model, with the counts behind each product: the exact sum of the devices' counts, and the
 * noisy sum that the servers released.
 */
function NewModel({ week: { list, round }, before }: NewModelProps) {
  const known = new Set(before?.list.map(({ id }) => id))
  return (
    <section className="latest" aria-labelledby="new-model">
      <h2 id="new-model">{words('newShop.list')}</h2>
      <p>
        {round
          ? words('newShop.counted', { n: count(round.counted) })
          : words('newShop.catalogAlone')}
      </p>
      <table className="figures week-list">
        <thead>
          <tr>
            <th scope="col">{words('newShop.product')}</th>
            <th scope="col">{words('newShop.exact')}</th>
            <th scope="col">{words('newShop.released')}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => (
            <Row key={one.id} listed={one} isNew={before !== undefined && !known.has(one.id)} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ listed, isNew }: { readonly listed: Listed; readonly isNew: boolean }) {
  const { catalog } = useShop()
  const item = catalog.get(listed.id)
  const { exact, released } = listed.count ?? {}
  return (
    <tr>
      <th scope="row">
        {item && <Picture item={item} size={48} alt="" />}
        <span>
          {item ? <Link href={productPath(item)}>{titleOf(item)}</Link> : listed.id}
          {isNew && <span className="latest-mark">{words('newShop.new')}</span>}
        </span>
      </th>
      <td className="unseen">{exact === undefined ? '–' : decimal(exact)}</td>
      <td>{released === undefined ? '–' : decimal(released)}</td>
    </tr>
  )
}

interface OneDeviceProps {
  readonly round: NonNullable<ShopWeek['round']>
  /** ε of one update. */
  readonly epsilon: number
}

function OneDevice({ round: { shoppers, device }, epsilon }: OneDeviceProps) {
  const { catalog } = useShop()
  const titles = device.items.map((id) => {
    const item = catalog.get(id)
    return item ? titleOf(item) : id
  })
  const facts = [
    ['stays', new Intl.ListFormat(inUse().locale).format(titles)],
    ['number', count(device.number)],
    ['leader', count(device.leader)],
    ['helper', count(device.helper)],
  ] as const
  return (
    <section className="latest" aria-labelledby="one-device">
      <h2 id="one-device">{words('newShop.device')}</h2>
      <p>{words('newShop.deviceLead', { epsilon: decimal(epsilon), n: count(shoppers) })}</p>
      <dl className="device-facts">
        {facts.map(([name, value]) => (
          <div key={name} className={name === 'stays' || name === 'number' ? 'unseen' : ''}>
            <dt>{words(`newShop.${name}`, { title: titles[0] })}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="small">{words('newShop.halves')}</p>
    </section>
  )
}
