/**
 * @module What a WebGPU device refuses. A refused call throws nothing: a buffer that got no memory is an
 * invalid one, commands that use it are left out, and a readback gives whatever lay there before, as
 * if it were the answer.
 */
import { NearsideError } from '../core/error.ts'

const KINDS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal']

/**
 * Settles as `calls` does, or rejects with the device's words if it refuses one of them. That costs no
 * submit, and no wait beside one for a readback.
 * @param calls watched up to its first wait only: the scopes of a device are all its users' own, so
 * none of them may come between
 */
export async function whileWatching<T>(
  device: Pick<GPUDevice, 'pushErrorScope' | 'popErrorScope'>,
  calls: () => Promise<T>,
): Promise<T> {
  for (const kind of KINDS) device.pushErrorScope(kind)
  // One that throws at once must not leave its scopes behind.
  const work = (async () => calls())()
  // A device that was lost has none; what waits for its work rejects by itself.
  const refusals = Promise.all(KINDS.map(() => device.popErrorScope().catch(() => null)))
  await Promise.allSettled([work])
  const refusal = (await refusals).find((error) => error !== null)
  if (refusal) throw new Error(refusal.message)
  return work
}

/**
 * A job none of whose buffers and kernels was refused; else it is disposed of.
 * @throws NearsideError `engine-unavailable`, or what `setUp` throws
 */
export async function setUpWatched<J extends { dispose(): void }>(
  device: GPUDevice,
  setUp: () => Promise<J>,
): Promise<J> {
  const made: J[] = []
  try {
    return await whileWatching(device, async () => {
      made.push(await setUp())
      return made[0]
    })
  } catch (error) {
    for (const job of made) job.dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused what a job needs')
  }
}
