/** @module Finds the longest task of a page's thread in a trace of Chromium. */

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Time in microseconds. */
  readonly ts: number
  readonly dur?: number
  /** Processor time that the thread used, microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } }
}

/** Trace categories that record each thread's tasks, their parts and their processor time. */
export const TRACED = [
  ...['toplevel', '__metadata', 'devtools.timeline', 'v8', 'disabled-by-default-v8.compile'],
]

const BEGINS = new Set(['v8.compile', 'v8.compileModule', 'v8.evaluateModule', 'RunMicrotasks'])
/** Events at which a script begins to run. They count only with a script's URL, which Playwright's own scripts lack. */
const BEGINS_AT_ADDRESS = new Set(['EvaluateScript', 'FunctionCall'])

/**
 * Extra work of a browser while a tool such as Playwright listens for errors; a shopper's browser does no such work.
 * Whenever a script creates an error or sends a request, the engine reads the script again to find the line. React
 * creates an error while it loads, so the engine would read all of React again.
 */
const WATCHED = 'V8.CollectSourcePositions'

export interface Longest {
  readonly ours: number
  readonly whole: number
}

/**
 * @param origin origin of the shop's scripts
 * @returns milliseconds: `whole` is the page thread's longest task, `ours` the shop scripts' longest time in one task
 */
export function longestTask(trace: Buffer, origin: string): Longest {
  const isOurs = ({ name, args }: TraceEvent): boolean =>
    BEGINS.has(name) ||
    (BEGINS_AT_ADDRESS.has(name) && args?.data?.url?.startsWith(origin) === true)
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] }
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  )
  const tasks = [{ ours: 0, whole: 0 }]
  for (const { pid, tid } of threads) {
    const inOrder = traceEvents
      .filter((event) => event.pid === pid && event.tid === tid && event.tdur !== undefined)
      .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    // Skips the processes of the browser's own pages, such as the address bar's suggestions, which also run scripts.
    if (!inOrder.some(({ args }) => args?.data?.url?.startsWith(origin))) continue
    let task = tasks[0]
    let taskEnd = 0
    let scriptEnd = 0
    for (const event of inOrder) {
      const { ts, dur = 0, tdur = 0 } = event
      const used = tdur / 1000
      if (event.name.endsWith('RunTask') && ts >= taskEnd) {
        taskEnd = ts + dur
        task = { ours: 0, whole: used }
        tasks.push(task)
      } else if (isOurs(event) && ts >= scriptEnd && ts < taskEnd) {
        // Events within a script are left out, because the script's time contains theirs.
        scriptEnd = ts + dur
        task.ours += used
      } else if (event.name === WATCHED && ts < taskEnd) {
        task.whole -= used
        if (ts < scriptEnd) task.ours -= used
      }
    }
  }
  return {
    ours: Math.max(...tasks.map(({ ours }) => ours)),
    whole: Math.max(...tasks.map(({ whole }) => whole)),
  }
}
