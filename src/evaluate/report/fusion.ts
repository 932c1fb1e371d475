/** @module The section about λ: how much of what was learned should be used. */
import type { Detail, FusionPoint } from '../detail/detail.ts'
import { band, chart, HEIGHT, legend, lines, MARGIN, mark, type Series, WIDTH } from './chart.ts'
import { figure, paragraph, type Section } from './page.ts'
import { linearScale } from './scale.ts'
import { decimal, lift, nats, percent } from './text.ts'

export function fusionSection({ fusion }: Detail): Section {
  const { fixed, adaptive } = fusion
  const best = fixed.reduce((a, b) => (b['ndcg@10'] > a['ndcg@10'] ? b : a))
  const likeliest = fixed.reduce((a, b) => (b.nll < a.nll ? b : a))
  return {
    id: 'fusion',
    title: 'How much of what was learned to use: λ',
    content: [
      paragraph(
        `λ = 0 is the base model, λ = 1 the fit as it came. One fit a case serves the whole curve. The best fixed λ for NDCG@10 is ${best.weight.toFixed(1)} on these shoppers, for the likelihood ${likeliest.weight.toFixed(1)}; they were not used to choose it. “Shipped” is the population's λ, chosen on training shoppers and scaled down by how little a shopper has given; “own” starts there and follows the shopper's own earlier cases. Neither is touched by the guard here.`,
      ),
      figure(
        'Quality against λ: NDCG@10 over the base model, with its 95 % interval',
        `${curve(fixed, adaptive.shipped, adaptive.own, GAIN)}${paragraph('Negative log-likelihood, in nats: lower is better')}${curve(fixed, adaptive.shipped, adaptive.own, LOSS)}`,
        {
          caption: 'Quality against λ; the mean λ for the adaptive ones',
          columns: ['λ', 'mean', 'NDCG@10', 'over λ = 0', 'nll'],
          rows: [
            ...fixed.map((point) => row(point.weight.toFixed(1), point)),
            row('shipped', adaptive.shipped),
            row('own', adaptive.own),
          ],
          strong: [fixed.length],
        },
      ),
    ],
  }
}

function row(name: string, point: FusionPoint): string[] {
  return [
    name,
    point.weight.toFixed(2),
    decimal(point['ndcg@10']),
    lift(point.lift),
    nats(point.nll),
  ]
}

interface Quantity {
  readonly name: string
  read(point: FusionPoint): number
  ends(point: FusionPoint): readonly [number, number] | null
  format(value: number): string
}

const GAIN: Quantity = {
  name: 'NDCG@10 over λ = 0',
  read: (point) => point.lift?.relative ?? 0,
  ends: (point) => (point.lift ? [point.lift.lo, point.lift.hi] : null),
  format: (value) => percent(value, 1),
}

const LOSS: Quantity = {
  name: 'Negative log-likelihood',
  read: ({ nll }) => nll,
  ends: () => null,
  format: nats,
}

function curve(
  fixed: readonly FusionPoint[],
  shipped: FusionPoint,
  own: FusionPoint,
  { name, read, ends, format }: Quantity,
): string {
  const points = fixed.map((point) => {
    const [lo, hi] = ends(point) ?? [undefined, undefined]
    const label = `λ ${point.weight.toFixed(1)}: ${format(read(point))}`
    return { x: point.weight, y: read(point), lo, hi, label }
  })
  const all = [...fixed, shipped, own]
  const x = linearScale([0, 1], [MARGIN.left, WIDTH - MARGIN.right])
  const y = linearScale(
    all.flatMap((point) => [read(point), ...(ends(point) ?? [])]),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  )
  const series: Series = {
    name: 'fixed λ',
    style: 'd',
    points: points.map(({ x: at, y: value, label }) => ({ x: at, y: value, label })),
  }
  const adaptive = [
    { name: 'shipped', style: 'e', point: shipped },
    { name: 'own', style: 'b', point: own },
  ]
  const spoken = [
    ...fixed.map((point) => `λ ${point.weight.toFixed(1)} ${format(read(point))}`),
    ...adaptive.map(({ name: which, point }) => `${which} ${format(read(point))}`),
  ]
  return (
    legend([series, ...adaptive]) +
    chart(
      {
        alternative: `${name}: ${spoken.join(', ')}`,
        x,
        y,
        formatX: (tick) => tick.toFixed(1),
        formatY: format,
        labelX: 'λ (for the adaptive ones: its mean)',
      },
      [
        points.some(({ lo }) => lo !== undefined) ? band({ ...series, points }, x, y) : '',
        ...lines([series], x, y),
        ...adaptive.map(({ name: which, style, point }) =>
          mark(
            {
              x: point.weight,
              y: read(point),
              label: `mean λ ${point.weight.toFixed(2)}: ${format(read(point))}`,
            },
            which,
            style,
            x,
            y,
          ),
        ),
      ],
    )
  )
}
