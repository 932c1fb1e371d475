/** @module The page of `bench rank`. */
import { type Threads, threadsHere } from '../src/engine/threads/threads.ts'
import { measureRanking, type RankTimes } from './measureRanking.ts'
import { startPeers } from './peers.ts'

/** As many, that read. */
const readersOf = (threads: Threads): Threads => ({
  ...threads,
  spawn(start) {
    const reader = new Worker(new URL('./readThread.ts', import.meta.url), { type: 'module' })
    reader.postMessage(start)
    return reader
  },
})

async function benchmark(blocks: number): Promise<RankTimes> {
  const threads = threadsHere()
  const readers = threads && readersOf(threads)
  return measureRanking(await startPeers(), readers, blocks, globalThis.reportProgress)
}

Object.assign(globalThis, { benchmark })
