/** @module The section about calibration: of what was given a share of one in ten, does one in ten come? */
import type { Detail } from '../detail/detail.ts'
import { ARM_STYLES } from './arms.ts'
import { chart, HEIGHT, legend, lines, MARGIN, type Series, WIDTH } from './chart.ts'
import { figure, paragraph, type Section } from './page.ts'
import { logScale } from './scale.ts'
import { count, decimal, share } from './text.ts'

export function calibrationSection({ calibration }: Detail): Section {
  const series = calibration.map(
    ({ arm, bins }): Series => ({
      name: arm,
      style: ARM_STYLES[arm] ?? 'a',
      // Nothing came: not a place on a logarithmic axis. The table has it.
      points: bins
        .filter(({ given, came }) => given > 0 && came > 0)
        .map(({ given, came }) => ({
          x: given,
          y: came,
          label: `given ${share(given)}, came ${share(came)}`,
        })),
    }),
  )
  const places = series.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y]))
  const errors = calibration.map(({ arm, ece }) => `${arm} ${decimal(ece)}`).join(', ')
  return {
    id: 'calibration',
    title: 'Calibration',
    content: [
      paragraph(
        `The scores are log-probabilities: each item is given a share of the case. Items that were given about the same share are held against the share of what was wanted that went to them. On the dotted line both agree; below it the model promises too much. Expected calibration error, the share that is misplaced between the groups: ${errors}.`,
      ),
      figure(
        'Share given and share that came',
        places.length > 0 ? reliability(series, places) : '',
        ...calibration.map(({ arm, bins }) => ({
          caption: arm,
          columns: ['share from', 'case-item pairs', 'mean given', 'mean that came'],
          rows: bins.map(({ from, pairs, given, came }) => [
            share(from),
            count(pairs),
            share(given),
            share(came),
          ]),
        })),
      ),
    ],
  }
}

function reliability(series: readonly Series[], places: readonly number[]): string {
  const x = logScale(places, [MARGIN.left, WIDTH - MARGIN.right])
  const y = logScale(places, [HEIGHT - MARGIN.bottom, MARGIN.top])
  const first = x.ticks[0]
  const last = x.ticks[x.ticks.length - 1]
  const said = series.map(
    ({ name, points }) => `${name}: ${points.map(({ label }) => label).join('; ')}`,
  )
  const exponent = (tick: number) =>
    tick >= 0.001 ? String(Number(tick.toPrecision(1))) : tick.toExponential(0).replace('-', '−')
  return (
    legend(series) +
    chart(
      {
        alternative: `Share given against share that came. ${said.join('. ')}`,
        x,
        y,
        formatX: exponent,
        formatY: exponent,
        labelX: 'share given by the model',
      },
      [
        `<line class="diagonal" x1="${x(first)}" y1="${y(first)}" x2="${x(last)}" y2="${y(last)}"/>`,
        ...lines(series, x, y),
      ],
    )
  )
}
