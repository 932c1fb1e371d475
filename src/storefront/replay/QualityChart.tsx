/**
 * @module Chart of quality over time, with one line for each way of ranking. The table beside the chart has the same
 * data.
 */
import { formatLater } from '../text.ts'
import { words } from '../words/words.ts'
import { chartOf, FRAME, HEIGHT, pathOf, WIDTH } from './chart.ts'
import type { ShopArm } from './newShop.ts'
import type { Arm, Moment } from './quality.ts'

interface QualityChartProps<A extends string> {
  readonly moments: readonly Moment<A>[]
  /** Ways of ranking, one line for each. */
  readonly arms: readonly A[]
  readonly span: readonly [number, number]
  /** Day of the last event that the model was trained on, as an ISO date; absent until that day is known. */
  readonly until?: string
  readonly label: string
}

const month = formatLater(
  (locale) => new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }),
)
const percent = formatLater((locale) => new Intl.NumberFormat(locale, { style: 'percent' }))

export function QualityChart<A extends Arm | ShopArm>(props: QualityChartProps<A>) {
  const { moments, arms, span, until, label } = props
  const { lines, xTicks, yTicks, xOf } = chartOf(moments, arms, span)
  const limit = Date.parse(until ?? '')
  const bottom = HEIGHT - FRAME.bottom
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {yTicks.map(({ y, value }) => (
        <g key={value}>
          <path className="chart-grid" d={`M${FRAME.left} ${y}H${WIDTH - FRAME.right}`} />
          <text className="chart-y" x={FRAME.left - 8} y={y + 4}>
            {percent(value)}
          </text>
        </g>
      ))}
      {xTicks.map(({ x, time }) => (
        <text key={time} className="chart-x" x={x} y={HEIGHT - 8}>
          {month(time)}
        </text>
      ))}
      {Number.isFinite(limit) && (
        <g>
          <path className="chart-limit" d={`M${xOf(limit)} ${FRAME.top}V${bottom}`} />
          <text className="chart-note" x={xOf(limit) + 6} y={FRAME.top - 12}>
            {words('replay.dataEnds')}
          </text>
        </g>
      )}
      {lines.map(({ arm, points, name }) => (
        <g key={arm} className={`arm arm-${arm}`}>
          <path className="arm-edge" d={pathOf(points)} />
          <path d={pathOf(points)} />
          {points.slice(-1).map(({ x, y }) => (
            <circle key={x} cx={x} cy={y} r={5} />
          ))}
          {name && (
            <text x={name.x + 12} y={name.y + 5}>
              {words(`replay.short.${arm}`)} <tspan>{percent(name.value)}</tspan>
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
