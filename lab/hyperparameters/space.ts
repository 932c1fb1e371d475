/** @module What a search may change: named numbers between two ends, as points of a unit cube. */

export interface Dimension {
  readonly name: string
  readonly low: number
  readonly high: number
  /** `log`: each factor counts the same, for which both ends are above 0. */
  readonly scale: 'linear' | 'log'
}

/** Values by name. */
export type Point = Readonly<Record<string, number>>

/** From the unit cube to values; three digits say all that a search can find out. */
export function pointAt(space: readonly Dimension[], unit: readonly number[]): Point {
  return Object.fromEntries(
    space.map(({ name, low, high, scale }, d) => {
      const value = scale === 'log' ? low * (high / low) ** unit[d] : low + (high - low) * unit[d]
      return [name, Number(value.toPrecision(3))]
    }),
  )
}

/** The inverse, cut to the cube. */
export function unitOf(space: readonly Dimension[], point: Point): number[] {
  return space.map(({ name, low, high, scale }) => {
    const value = point[name]
    const unit =
      scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
    return Math.min(1, Math.max(0, unit))
  })
}

/** The finest full grid of at most `trials` points, ends included; one value a dimension: the middle. */
export function gridPoints(space: readonly Dimension[], trials: number): number[][] {
  let steps = space.map(() => 1)
  for (;;) {
    // The dimension with the fewest values gets the next one.
    const d = steps.indexOf(Math.min(...steps))
    const finer = steps.map((count, k) => (k === d ? count + 1 : count))
    if (finer.reduce((product, count) => product * count, 1) > trials) break
    steps = finer
  }
  return space.reduce<number[][]>(
    (points, _, d) =>
      points.flatMap((point) =>
        Array.from({ length: steps[d] }, (__, k) => [
          ...point,
          steps[d] === 1 ? 0.5 : k / (steps[d] - 1),
        ]),
      ),
    [[]],
  )
}
