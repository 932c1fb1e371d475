/**
 * @module Waits for a GPU. Firefox looks at finished work only when more is submitted, or every 100 ms
 * (https://bugzilla.mozilla.org/show_bug.cgi?id=1870699): there, empty submits meanwhile make a
 * readback of 99 ms one of 1 ms. Elsewhere they would be waste.
 */

const NUDGE_MS = 1

function isFirefox(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } }
  return /\bFirefox\//.test(navigator?.userAgent ?? '')
}

/** Settles as `work` does, which ends with something on this queue. */
export async function whileNudging<T>(
  queue: Pick<GPUQueue, 'submit'>,
  work: Promise<T>,
): Promise<T> {
  if (!isFirefox()) return work
  const timer = setInterval(() => queue.submit([]), NUDGE_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}
