/**
 * @module Drawings of products, in the colour and pattern that the title names, for products without an emoji or with
 * an emoji of a fixed colour. The drawings are in `shapes.json`.
 */
import drawings from './shapes.json' with { type: 'json' }

/**
 * Drawing on a 32 × 32 grid. `body` gets the colour and the print; `under` and `over` are drawn beneath and above it.
 * Letters stand for colours: M main, D shade, P print, I a light ivory that contrasts with the others, H hair.
 */
export interface Shape {
  readonly body: string
  readonly under?: string
  readonly over?: string
  /** Centre and size of a printed motif; size 0: none. */
  readonly print: readonly [x: number, y: number, size: number]
  /** Centre, width and height of the words' place; if absent, words stand in the place of a motif. */
  readonly words?: readonly [x: number, y: number, width: number, height: number]
}

export type ShapeName = keyof typeof drawings

/** TypeScript reads a tuple in JSON as an array, hence the cast; images.test.ts checks the tuples. */
export const SHAPES = drawings as unknown as Readonly<Record<ShapeName, Shape>>

export const HAIRS = ['brown', 'black', 'blond', 'ginger'] as const
export type Hair = (typeof HAIRS)[number]
