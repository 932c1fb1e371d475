/** @module Reports as devices make them, and the expected mean of a round, for tests. */

import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { decodeVector, fromBase64 } from '@nearside/core/bytes.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { dequantize } from '../privacy/quantize.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { REPORT_MEDIA_TYPE } from '../protocol/report.ts'
import { HELPER, LEADER, type TestFederation } from './testFederation.ts'
import { PARAMETERS } from './testModel.ts'

export const DIMENSION = 70

export function randomUpdate(seed: number): Float64Array {
  const random = createRandom(seed)
  return Float64Array.from({ length: DIMENSION }, () => 0.02 * random.normal())
}

/** A report as a device would make it, and the quantized update in it. */
export async function report(federation: TestFederation, seed: number) {
  const { fetch } = federation
  const get = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
  const task = await agreeTask({ get }, { leader: LEADER, helper: HELPER })
  const made = await makeReport(randomUpdate(seed), task, cryptoRandomBytes)
  return {
    ...made,
    task,
    quantized: dequantize(decodeVector(fromBase64(made.opening.update)), 1, 1),
  }
}

export function post(
  federation: TestFederation,
  body: Uint8Array,
  headers: Record<string, string> = {},
) {
  return federation.fetch(`${LEADER}/v1/reports`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': REPORT_MEDIA_TYPE, ...headers },
  })
}

export function meanOf(vectors: readonly Float64Array[], goal: number): Float64Array {
  return Float64Array.from({ length: DIMENSION }, (_, j) => {
    const sum = vectors.reduce((total, vector) => total + vector[j], 0)
    return sum / PARAMETERS.scale / goal
  })
}
