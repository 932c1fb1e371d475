/** @module The script of a thread in Node. */
import { workerData } from 'node:worker_threads'
import { serveThread } from './serveThread.ts'
import type { ThreadStart } from './threads.ts'

serveThread(workerData as ThreadStart)
