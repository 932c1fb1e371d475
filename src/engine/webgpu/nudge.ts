/**
 * @module Waits for a GPU. Firefox notices finished work only at the next submit, or every 100 ms
 * (https://bugzilla.mozilla.org/show_bug.cgi?id=1870699). There, empty submits shorten a readback from 99 ms
 * to 1 ms; other browsers don't need them.
 */

const NUDGE_MS = 1

function isFirefox(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } }
  return /\bFirefox\//.test(navigator?.userAgent ?? '')
}

/** Settles as `work` does; `work` must end with a command on this queue. */
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
