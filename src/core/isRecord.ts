/** Whether it has members by name; by itself, since pages load it that read nothing else. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
