/** @module Processor time of this process so far, in seconds, regardless of other processes. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
