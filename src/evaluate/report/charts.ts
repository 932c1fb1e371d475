/**
 * @module Plots of the page, drawn by Observable Plot without a browser. Colours come from the page's style, so
 * they follow its colour scheme; a table beside every plot has its numbers.
 */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Lift } from '../results.ts'

export type Chart = {
  /** Text that a screen reader reads in place of the drawing. */
  readonly alternative: string
} & (
  | { readonly kind: 'bars'; readonly bars: readonly { name: string; value: number }[] }
  | { readonly kind: 'intervals'; readonly rows: readonly (Lift & { readonly name: string })[] }
  | {
      readonly kind: 'lines'
      readonly labelX: string
      /** Names along the axis, in order. */
      readonly places: readonly string[]
      readonly series: readonly { name: string; values: readonly number[] }[]
    }
  /** One value for each shopper, ascending. */
  | { readonly kind: 'changes'; readonly values: readonly number[] }
)

/** Narrow, so that text is readable on a phone. */
const WIDTH = 340
const COLOURS = ['var(--a)', 'var(--b)', 'var(--c)', 'var(--d)', 'var(--e)']
const DASHES = ['2 4', '8 3', '8 3 2 3', '5 3', 'none']
const HEIGHT = 230
const LEFT = 110
const INK = 'var(--ink)'

/** Draws the chart as an SVG element in text form. */
export function drawChart(chart: Chart): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const style = { fontSize: '11px' }
  const svg = Plot.plot({ document, width: WIDTH, style, ...optionsOf(chart) })
  // The drawing is one picture with one name, so its groups get none.
  for (const group of svg.querySelectorAll('g')) group.removeAttribute('aria-label')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', chart.alternative)
  return svg.outerHTML
}

function optionsOf(chart: Chart): Plot.PlotOptions {
  if (chart.kind === 'bars') {
    const names = chart.bars.map(({ name }) => name)
    return {
      marginLeft: LEFT,
      x: { label: null, grid: true, ticks: 4 },
      y: { label: null, domain: names },
      marks: [Plot.barX(chart.bars, { y: 'name', x: 'value', fill: 'var(--e)' }), zero('x')],
    }
  }
  if (chart.kind === 'intervals')
    return {
      marginLeft: LEFT,
      x: { label: 'relative change, %', percent: true, grid: true, ticks: 5 },
      y: { label: null, domain: chart.rows.map(({ name }) => name) },
      marks: [
        zero('x'),
        Plot.ruleY(chart.rows, {
          y: 'name',
          x1: 'lo',
          x2: 'hi',
          stroke: 'var(--e)',
          strokeWidth: 2,
        }),
        Plot.dot(chart.rows, { y: 'name', x: 'relative', r: 4, fill: 'var(--e)' }),
      ],
    }
  if (chart.kind === 'changes')
    return {
      height: HEIGHT,
      x: { label: 'shoppers, from worst to best, %', ticks: 4 },
      y: { label: null, grid: true, ticks: 5 },
      marks: [
        Plot.areaY(chart.values, {
          x: (_: number, k: number) => (100 * k) / Math.max(1, chart.values.length - 1),
          y: (value: number) => value,
          fill: 'var(--e)',
        }),
        zero('y'),
      ],
    }
  const points = chart.series.flatMap(({ name, values }, s) =>
    values.map((value, k) => ({ name, place: chart.places[k], value, s })),
  )
  return {
    height: HEIGHT,
    x: { label: chart.labelX, domain: [...chart.places], type: 'point' },
    y: { label: null, grid: true, zero: true, ticks: 5 },
    marks: [
      ...chart.series.flatMap(({ name }, s) => {
        const own = points.filter((point) => point.name === name)
        const stroke = COLOURS[s % COLOURS.length]
        const at = { x: 'place', y: 'value' }
        return [
          Plot.lineY(own, {
            ...at,
            stroke,
            strokeWidth: 2,
            strokeDasharray: DASHES[s % DASHES.length],
          }),
          Plot.dot(own, { ...at, fill: stroke, r: 3 }),
        ]
      }),
      zero('y'),
    ],
  }
}

function zero(axis: 'x' | 'y'): Plot.Markish {
  return axis === 'x' ? Plot.ruleX([0], { stroke: INK }) : Plot.ruleY([0], { stroke: INK })
}

/** Legend, as HTML, for lines that cross too often for labels at their ends. */
export function legendOf(names: readonly string[]): { name: string; line: string }[] {
  return names.map((name, s) => ({
    name,
    line: `<svg aria-hidden="true" viewBox="0 0 26 10"><line x1="1" x2="25" y1="5" y2="5" stroke="${COLOURS[s % COLOURS.length]}" stroke-width="2" stroke-dasharray="${DASHES[s % DASHES.length]}"/></svg>`,
  }))
}
