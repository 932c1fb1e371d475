/** Whether the value is an object with named members. This function has its own file, because pages load it alone. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
