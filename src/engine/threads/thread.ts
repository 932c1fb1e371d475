/** @module The script of a thread in a browser. */
import { serveThread } from './serveThread.ts'
import type { ThreadStart } from './threads.ts'

addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => serveThread(data), {
  once: true,
})
