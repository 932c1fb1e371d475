/** Whether the value is an object with named members. It has its own file, because pages load it alone. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
