/** @module What a WebGPU device refuses is heard of by the one who asked, and by nobody else. */
import { describe, expect, test, vi } from 'vitest'
import { setUpWatched, whileWatching } from './gpuErrors.ts'
import { nodeAdapter } from './testGpu.ts'

/** A device that would have these to say, by the kind of scope. */
function deviceSaying(messages: Partial<Record<GPUErrorFilter, string>>) {
  const open: GPUErrorFilter[] = []
  return {
    open,
    pushErrorScope: (kind: GPUErrorFilter) => {
      open.push(kind)
    },
    popErrorScope: async () => {
      const message = messages[open.pop() as GPUErrorFilter]
      return message === undefined ? null : ({ message } as GPUError)
    },
  } as unknown as GPUDevice & { open: GPUErrorFilter[] }
}

test.each(['validation', 'out-of-memory', 'internal'] as const)('%s', async (kind) => {
  const device = deviceSaying({ [kind]: 'refused' })
  await expect(whileWatching(device, async () => 1)).rejects.toThrow('refused')
  expect(device.open).toEqual([])
})

test('scopes end before the first wait, so that nobody’s lie in another’s', async () => {
  const device = deviceSaying({})
  const answer = whileWatching(device, async () => {
    expect(device.open).toHaveLength(3)
    await Promise.resolve()
    return 'later'
  })
  expect(device.open).toEqual([])
  expect(await answer).toBe('later')
  const thrown = whileWatching(device, () => {
    throw new Error('at once')
  })
  expect(device.open).toEqual([])
  await expect(thrown).rejects.toThrow('at once')
})

test('a device that was lost says nothing: its work does', async () => {
  const lost = {
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.reject(new Error('no scope')),
  }
  expect(await whileWatching(lost, async () => 1)).toBe(1)
  const work = whileWatching(lost, () => Promise.reject(new Error('lost')))
  await expect(work).rejects.toThrow('lost')
})

test('a job that was refused something is disposed of', async () => {
  const dispose = vi.fn()
  const made = setUpWatched(deviceSaying({ 'out-of-memory': 'none left' }), async () => ({
    dispose,
  }))
  await expect(made).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: expect.stringContaining('none left'),
  })
  expect(dispose).toHaveBeenCalledOnce()
})

describe('on Dawn', async () => {
  const device = (await (await nodeAdapter('null'))?.requestDevice()) as GPUDevice
  const refused = () => device.createBuffer({ size: 16, usage: 0 })

  test.skipIf(!device)('an invalid buffer is told to the one who asked for it', async () => {
    const heard = vi.fn((event: GPUUncapturedErrorEvent) => event.preventDefault())
    device.addEventListener('uncapturederror', heard)
    const [own, other] = await Promise.allSettled([
      whileWatching(device, async () => refused()),
      whileWatching(device, async () => device.createBuffer({ size: 16, usage: 1 })),
    ])
    expect(own.status).toBe('rejected')
    expect(other.status).toBe('fulfilled')
    expect(heard).not.toHaveBeenCalled()
  })
})
