/** @module Interface texts from a JSON catalogue of messages, one per language, with values and plural forms. */

/**
 * Text with a `{name}` for each value, or a text for each plural form of the value `n`. A form is for an exact number
 * (`0`), or for a category of `Intl.PluralRules` (`one`, `few` …); `other` serves all numbers without a form of their
 * own.
 */
export type Message = string | { readonly other: string; readonly [form: string]: string }

/** Messages by key. */
export type Messages<Key extends string> = Readonly<Record<Key, Message>>

/** Values for a message's `{name}`s. Numbers are written in the locale's format; `n` also chooses the plural form. */
type Values = Readonly<Record<string, string | number>>

/** Text of a message with its values. Without a value for `{name}`, the text contains `{name}` itself. */
export interface Words<Key extends string> {
  (key: Key, values?: Values): string
  /** Whether the catalogue has a message for this key. */
  has(key: string): boolean
}

/**
 * @param locale BCP 47
 * @throws RangeError if `locale` is not valid
 * @example wordsIn({ left: { one: '{n} item left', other: '{n} items left' } }, 'en-GB')('left', { n: 2 })
 */
export function wordsIn<Key extends string>(messages: Messages<Key>, locale: string): Words<Key> {
  let rules: Intl.PluralRules | undefined
  const formOf = (n: number) => {
    rules ??= new Intl.PluralRules(locale)
    return rules.select(n)
  }
  const words = (key: Key, values: Values = {}) => {
    const message = messages[key]
    const n = Number(values.n)
    const text =
      typeof message === 'string' ? message : (message[n] ?? message[formOf(n)] ?? message.other)
    return text.replace(/\{(\w+)\}/g, (hole, name) => {
      const value = Object.hasOwn(values, name) ? values[name] : hole
      return typeof value === 'number' ? numberText(value, locale) : value
    })
  }
  return Object.assign(words, { has: (key: string) => Object.hasOwn(messages, key) })
}

/**
 * Number in a language: whole numbers exactly, others to three significant digits. Numbers below 1000 need no
 * `Intl.NumberFormat`, whose first use blocks a slow phone for 0.1 s.
 */
export function numberText(value: number, locale: string): string {
  if (!Number.isInteger(value)) return value.toLocaleString(locale, { maximumSignificantDigits: 3 })
  return value >= 0 && value < 1000 ? String(value) : value.toLocaleString(locale)
}
