/**
 * @module The encoder and the network on WebGPU, trusted only after their first answers were those of
 * the plain loops: backends have been silently wrong (`canary.ts`).
 */
import { EVENT_NAMES } from '../events/event.ts'
import { createMlp } from '../learning/learners/mlp.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { type EncoderModel, encode } from '../model/encoder.ts'
import { createRandom } from '../model/random.ts'
import { NearsideError } from '../protocol/error.ts'
import { CANARY_TOLERANCE } from './canary.ts'
import { createWebgpuEncoder, type WebgpuEncoder } from './encoder/webgpu.ts'
import type { NetworkTrainer } from './mlp/networkTrainer.ts'
import { createWebgpuTrainer } from './mlp/webgpu.ts'

async function requireSame(
  job: { dispose(): void },
  given: Promise<Float32Array>,
  wanted: ArrayLike<number>,
  what: string,
): Promise<void> {
  try {
    const answer = await given
    if (answer.every((value, j) => Math.abs(value - wanted[j]) <= CANARY_TOLERANCE)) return
    throw new NearsideError('engine-unavailable', `${what} on WebGPU computes wrongly`)
  } catch (error) {
    job.dispose()
    throw error
  }
}

export async function createCheckedEncoder(
  device: GPUDevice,
  model: EncoderModel,
): Promise<WebgpuEncoder> {
  const encoder = await createWebgpuEncoder(device, model)
  const items = model.itemVectors.length / DIMENSION
  const history = Array.from({ length: Math.min(items, 12) }, (_, item) => {
    const name = EVENT_NAMES[item % EVENT_NAMES.length]
    return { item, name, time: 5e6 * item ** 2, session: '' }
  })
  const now = 1e9
  await requireSame(
    encoder,
    encoder.encode([{ history, now }]),
    encode(model, history, now),
    'The encoder',
  )
  return encoder
}

export async function createCheckedTrainer(
  device: GPUDevice,
  inputs: number,
): Promise<NetworkTrainer> {
  const trainer = await createWebgpuTrainer(device, inputs)
  const plain = createMlp(inputs, createRandom(1))
  const start = plain.snapshot()
  const examples = Array.from({ length: 60 }, (_, e) => ({
    x: Float32Array.from({ length: inputs }, (_, j) => (((e * 53 + j * 17) % 41) - 20) / 16),
    label: (e % 3 === 0 ? 1 : 0) as 0 | 1,
  }))
  plain.learn(examples)
  const rows = examples.map(({ x }) => x)
  const given = trainer.learn(start, examples).then((network) => trainer.predict(network, rows))
  await requireSame(trainer, given, rows.map(plain.predict), 'The network')
  return trainer
}
