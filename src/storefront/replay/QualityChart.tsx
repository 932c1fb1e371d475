/** @module Chart of quality over time, one line for each way of ranking; the table beside it has the same data. */
import { formatLater } from '../text.ts'
import { words } from '../words/words.ts'
import { chartOf, FRAME, HEIGHT, pathOf, WIDTH } from './chart.ts'
import type { Arm, Quality } from './quality.ts'
import type { ReplayStep } from './replay.ts'

interface QualityChartProps {
  readonly steps: readonly ReplayStep[]
  /** The lines to draw. */
  readonly arms: readonly Arm[]
  readonly metric: keyof Quality
  readonly span: readonly [number, number]
  /** Day on which the model's data end, ISO date; empty until the model has loaded. */
  readonly until: string
  readonly label: string
}

const month = formatLater(
  (locale) => new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }),
)
const percent = formatLater((locale) => new Intl.NumberFormat(locale, { style: 'percent' }))

export function QualityChart({ steps, arms, metric, span, until, label }: QualityChartProps) {
  const { lines, words: names, xTicks, yTicks, xOf } = chartOf(steps, arms, metric, span)
  const limit = Date.parse(until)
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
      {lines.map(({ arm, points }, place) => (
        <g key={arm} className={`arm arm-${arm}`}>
          <path className="arm-edge" d={pathOf(points)} />
          <path d={pathOf(points)} />
          {points.slice(-1).map(({ x, y }) => (
            <circle key={x} cx={x} cy={y} r={5} />
          ))}
          {names.slice(place, place + 1).map(({ x, y, value }) => (
            <text key={x} x={x + 12} y={y + 5}>
              {words(`replay.short.${arm}`)} <tspan>{percent(value)}</tspan>
            </text>
          ))}
        </g>
      ))}
    </svg>
  )
}
