/**
 * @module Plots as SVG text. Drawn 330 units wide, so that type is readable where the page is as
 * narrow as a phone; colours and type come from the page's style.
 */
import type { Scale } from './scale.ts'
import { escapeHtml } from './text.ts'

export const WIDTH = 330
export const HEIGHT = 230
export const MARGIN = { left: 46, right: 14, top: 12, bottom: 40 } as const

export interface Series {
  readonly name: string
  /** Class of the style sheet: `a` … `e` in the order of the arms, see `styles.ts`. */
  readonly style: string
  readonly points: readonly ChartPoint[]
}

export interface ChartPoint {
  readonly x: number
  readonly y: number
  /** Ends of an interval, where there is one. */
  readonly lo?: number
  readonly hi?: number
  /** Shown when pointed at. */
  readonly label: string
}

export interface Frame {
  /** What a screen reader says instead of the drawing. */
  readonly alternative: string
  readonly x: Scale
  readonly y: Scale
  readonly formatX: (tick: number) => string
  readonly formatY: (tick: number) => string
  readonly labelX: string
  readonly height?: number
}

export function chart(frame: Frame, content: readonly string[]): string {
  const { x, y, formatX, formatY, labelX, alternative, height = HEIGHT } = frame
  const bottom = height - MARGIN.bottom
  const across = y.ticks.map(
    (tick) =>
      `<line class="grid${tick === 0 ? ' zero' : ''}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="tick" x="${MARGIN.left - 6}" y="${y(tick) + 4}" text-anchor="end">${formatY(tick)}</text>`,
  )
  const along = x.ticks.map(
    (tick) =>
      `<text class="tick" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${escapeHtml(formatX(tick))}</text>`,
  )
  const middle = (MARGIN.left + WIDTH - MARGIN.right) / 2
  return drawing(alternative, height, [
    ...across,
    ...along,
    `<text class="axis" x="${middle}" y="${height - 6}" text-anchor="middle">${escapeHtml(labelX)}</text>`,
    ...content,
  ])
}

export function drawing(alternative: string, height: number, content: readonly string[]): string {
  return `<svg role="img" aria-label="${escapeHtml(alternative)}" viewBox="0 0 ${WIDTH} ${height}">${content.join('')}</svg>`
}

/** A line with a mark a point; intervals as whiskers. */
export function lines(series: readonly Series[], x: Scale, y: Scale): string[] {
  return series.flatMap(({ style, name, points }) => {
    const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')
    return [
      `<polyline class="line ${style}" points="${path}"/>`,
      ...points.map((point) => mark(point, name, style, x, y)),
    ]
  })
}

export function mark(point: ChartPoint, name: string, style: string, x: Scale, y: Scale): string {
  const at = x(point.x)
  const whisker =
    point.lo === undefined || point.hi === undefined
      ? ''
      : `<line class="whisker ${style}" x1="${at}" x2="${at}" y1="${y(point.lo)}" y2="${y(point.hi)}"/>`
  const title = `<title>${escapeHtml(`${name}: ${point.label}`)}</title>`
  return `<g>${title}${whisker}<circle class="mark ${style}" cx="${at}" cy="${y(point.y)}" r="3.5"/></g>`
}

/** Between the intervals' ends. */
export function band({ points, style }: Series, x: Scale, y: Scale): string {
  const upper = points.map((point) => `${x(point.x)},${y(point.hi ?? point.y)}`)
  const lower = points.map((point) => `${x(point.x)},${y(point.lo ?? point.y)}`).reverse()
  return `<polygon class="band ${style}" points="${[...upper, ...lower].join(' ')}"/>`
}

export interface Bar {
  readonly name: string
  readonly value: number
  readonly text: string
  readonly style: string
}

const BAR_ROW = 38

/** Lying bars from 0, each under its name, so that long names fit a phone. */
export function bars(alternative: string, rows: readonly Bar[]): string {
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE)
  const content = rows.map(({ name, value, text, style }, k) => {
    const top = k * BAR_ROW
    const width = Math.max(1, Math.round((value / most) * WIDTH * 10) / 10)
    return (
      `<text class="name" x="0" y="${top + 14}">${escapeHtml(name)}</text>` +
      `<text class="value" x="${WIDTH}" y="${top + 14}" text-anchor="end">${escapeHtml(text)}</text>` +
      `<rect class="bar ${style}" x="0" y="${top + 20}" width="${width}" height="9" rx="2"/>`
    )
  })
  return drawing(alternative, rows.length * BAR_ROW, content)
}

/** Names for lines that cross too often to be labelled where they end. */
export function legend(series: readonly Pick<Series, 'name' | 'style'>[]): string {
  const keys = series.map(
    ({ name, style }) =>
      `<li><svg aria-hidden="true" viewBox="0 0 26 10"><line class="line ${style}" x1="1" x2="25" y1="5" y2="5"/><circle class="mark ${style}" cx="13" cy="5" r="3.5"/></svg>${escapeHtml(name)}</li>`,
  )
  return `<ul class="legend">${keys.join('')}</ul>`
}
