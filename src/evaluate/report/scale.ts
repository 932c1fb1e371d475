/** @module From values to places in a drawing, and the round values worth a line across it. */

export interface Scale {
  (value: number): number
  readonly ticks: readonly number[]
}

/** Values closer than this are one. */
const LEAST_SPAN = 1e-9

/** Widened to round ends. @param range places of the least and the most, in drawing units. */
export function linearScale(
  values: readonly number[],
  range: readonly [number, number],
  wantedTicks = 5,
): Scale {
  let least = Math.min(...values)
  let most = Math.max(...values)
  const size = Math.max(Math.abs(least), Math.abs(most))
  if (!(most - least > LEAST_SPAN * Math.max(1, size))) {
    const room = size > LEAST_SPAN ? size / 10 : 1
    least -= room
    most += room
  }
  const step = roundStep((most - least) / wantedTicks)
  const first = Math.floor(least / step + 1e-9)
  const last = Math.ceil(most / step - 1e-9)
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => clean((first + k) * step))
  return scaleOf((value) => (value / step - first) / (last - first), range, ticks)
}

/** Whole powers of ten around positive values. */
export function logScale(values: readonly number[], range: readonly [number, number]): Scale {
  const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))
  const ticks = Array.from({ length: most - least + 1 }, (_, k) => 10 ** (least + k))
  return scaleOf((value) => (Math.log10(value) - least) / (most - least), range, ticks)
}

/** Names at even distances, in the middle of their part. */
export function bandScale(names: number, [from, to]: readonly [number, number]): Scale {
  const ticks = Array.from({ length: names }, (_, k) => k)
  return scaleOf((k) => (k + 0.5) / Math.max(1, names), [from, to], ticks)
}

function scaleOf(
  shareOf: (value: number) => number,
  [from, to]: readonly [number, number],
  ticks: readonly number[],
): Scale {
  const place = (value: number) => Math.round((from + shareOf(value) * (to - from)) * 10) / 10
  return Object.assign(place, { ticks })
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10)
}

function clean(value: number): number {
  return Number(value.toPrecision(12))
}
