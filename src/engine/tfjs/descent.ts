/** @module A descent on hardware: what the engine hands over, and how it gets the answer back. */
export interface Descent {
  /** Steps handed over so far. */
  readonly done: number
  /** Hands `count` steps over; returns before they are computed. */
  advance(count: number): void
  /** q after all steps handed over, [P]: the one readback of a fit. */
  read(): Promise<Float32Array>
  dispose(): void
}
