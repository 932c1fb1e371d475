/** @module What the console's parts share: words, a titled section, a table, and the outcome of a button. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import { createContext, Fragment, type ReactNode, useContext, useId, useState } from 'react'
import { CONSOLE_ENGLISH, type ConsoleKey, type ConsoleLabels } from '../messages/console.ts'
import { troubleText } from '../messages/lists.ts'

export interface SectionProps {
  readonly personalizer: Personalizer
  readonly snapshot: PersonalizerSnapshot
}

export interface LogProps extends SectionProps {
  readonly entries: readonly LedgerEntry[]
}

interface Spoken {
  readonly words: Words<ConsoleKey>
  readonly details: ConsoleLabels['details']
  readonly locale: string
}

export const ConsoleWords = createContext<Spoken>({
  words: wordsIn(CONSOLE_ENGLISH, 'en-GB'),
  details: {},
  locale: 'en-GB',
})

/** Date formats, created at first use, because a page's first format takes 0.1 s on a slow phone. */
const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(locale: string, timeStyle?: 'medium'): Intl.DateTimeFormat {
  const key = `${locale} ${timeStyle}`
  const made =
    formats.get(key) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle })
  formats.set(key, made)
  return made
}

export function useWords() {
  const spoken = useContext(ConsoleWords)
  const { words, locale } = spoken
  return {
    ...spoken,
    /** Text of an error: in English the error's own message, in other languages the text for the error's code. */
    saying: (thrown: unknown) => {
      const { message, code } = thrown as Error & { readonly code?: ErrorCode }
      const trouble = code ? troubleText(words, code) : words('trouble')
      return words('wentWrong', { message, trouble })
    },
    days: (from: number, to = from) => formatOf(locale).formatRange(from, to),
  }
}

export function Moment({ at }: { readonly at: number }) {
  const { locale } = useContext(ConsoleWords)
  return (
    <time className="ns-nowrap" dateTime={new Date(at).toISOString()}>
      {formatOf(locale, 'medium').format(at)}
    </time>
  )
}

export function Section(props: {
  readonly title: string
  readonly wide?: boolean
  readonly children: ReactNode
}) {
  const { title, wide = false, children } = props
  const id = useId()
  return (
    <section className={`ns-console-part${wide ? ' ns-wide' : ''}`} aria-labelledby={id}>
      <h2 className="ns-console-title" id={id}>
        {title}
      </h2>
      {children}
    </section>
  )
}

export function Table(props: {
  readonly caption: string
  readonly columns: readonly string[]
  /** Each row has one cell per column; the first names the row. `below` appears under the row, across all columns. */
  readonly rows: readonly (readonly [key: string, cells: readonly ReactNode[], below?: ReactNode])[]
}) {
  const { caption, columns, rows } = props
  return (
    <table className="ns-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, [first, ...others], below]) => (
          <Fragment key={key}>
            <tr>
              <th scope="row">{first}</th>
              {others.map((cell, place) => (
                <td key={columns[place + 1]}>{cell}</td>
              ))}
            </tr>
            {below && (
              <tr>
                <td colSpan={columns.length}>{below}</td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

/** Runs a button's action, and shows its outcome in one line: the text that the action returns, or its error. */
export function useOutcome() {
  const [said, setSaid] = useState('')
  const { saying } = useWords()
  async function run(meanwhile: string, work: () => Promise<string>): Promise<void> {
    setSaid(meanwhile)
    try {
      setSaid(await work())
    } catch (thrown) {
      setSaid(saying(thrown))
    }
  }
  const status = (
    <p className="ns-small" role="status">
      {said}
    </p>
  )
  return { run, status }
}
