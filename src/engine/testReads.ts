/** @module What a test reads back from Dawn's null backend, which computes nothing. */
import { vi } from 'vitest'

/** Zeros from now on, instead of whatever lay in memory; until `vi.restoreAllMocks`. */
export function readZeros(): void {
  vi.spyOn(GPUBuffer.prototype, 'getMappedRange').mockImplementation(function (
    this: GPUBuffer,
    _,
    bytes,
  ) {
    return new ArrayBuffer(bytes ?? this.size)
  })
}
