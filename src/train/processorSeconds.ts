/** @module How long this process has computed so far, whatever else the machine does. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
