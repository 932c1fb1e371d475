/**
 * @module Products drawn in the title's own colour and pattern, where the emoji set has none or only
 * one of a fixed colour. The drawings lie in `shapes.json`.
 */
import drawings from './shapes.json' with { type: 'json' }

/**
 * On a 32 × 32 grid. `body` is filled and printed on; `under` and `over` are drawn beneath and above
 * it, with M for the main colour, D for its shade, P for the print, and I for a light ivory that
 * stands off.
 */
export interface Shape {
  readonly body: string
  readonly under?: string
  readonly over?: string
  /** Where a printed motif sits: centre and size; size 0: nowhere. */
  readonly print: readonly [x: number, y: number, size: number]
  /** Where words stand: centre, width and height; without it, where a motif would. */
  readonly words?: readonly [x: number, y: number, width: number, height: number]
}

export type ShapeName = keyof typeof drawings

/** JSON knows no tuples: images.test.ts checks that each `print` is one. */
export const SHAPES = drawings as unknown as Readonly<Record<ShapeName, Shape>>
