/** @module What training writes down beside a model, as JSON that its manifest vouches for. */
import { createHash } from 'node:crypto'
import type { ReportFile } from '../core/model/manifest.ts'

export interface Report {
  readonly described: ReportFile
  readonly bytes: Uint8Array<ArrayBuffer>
}

export function describeReport(name: string, content: unknown): Report {
  const bytes = new TextEncoder().encode(`${JSON.stringify(content, rounded, 1)}\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { described: { name, bytes: bytes.length, sha256 }, bytes }
}

/** Six digits are more than any of these figures is worth. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}
