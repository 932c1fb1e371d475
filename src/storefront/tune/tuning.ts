/**
 * @module The shopper's settings for their list. They are stored on this device after the shopper allowed storing, and
 * erased when the shopper erases everything.
 */
import { createStored } from '../stored.ts'
import { NEUTRAL, type Tuning } from './tuned.ts'

export const tuning = createStored('nearside-shop.tuning', read, 'note')

function read(value: unknown): Tuning {
  if (typeof value !== 'object' || value === null) return NEUTRAL
  const { price, surprise, themes }: { [Name in keyof Tuning]?: unknown } = value
  const isNumber = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one)
  const wanted = typeof themes === 'object' && themes !== null ? Object.entries(themes) : []
  return {
    price: isNumber(price) && price > 0 ? price : null,
    surprise: isNumber(surprise) ? Math.min(1, Math.max(-1, surprise)) : 0,
    themes: Object.fromEntries(wanted.filter(([, want]) => want === 'more' || want === 'less')),
  }
}

/** Ends a setting about a theme. @returns a function that restores the setting */
export function dropTheme(theme: string): () => void {
  const before = tuning.get().themes[theme]
  const put = (want: typeof before | undefined) => {
    const { [theme]: _, ...others } = tuning.get().themes
    tuning.set({ ...tuning.get(), themes: want ? { ...others, [theme]: want } : others })
  }
  if (!before) return () => {}
  put(undefined)
  return () => put(before)
}
