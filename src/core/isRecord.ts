/** Whether the value is an object with named members. It has its own file, so that pages load it without other code. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
