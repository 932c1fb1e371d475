/** @module Shows what left the device (requests, downloads, updates), and what each reveals about the shopper. */

import { guessesOf } from '@nearside/browser/guesses.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { bytesThatLeft, isTokenRequest, summaryOf } from '@nearside/browser/ledger/removed.ts'
import type { ReactNode } from 'react'
import { Section, type SectionProps, useWords } from './Section.tsx'

export function Left({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const { words, days } = useWords()
  const downloads = entries.filter((one) => one.kind === 'request' && !isTokenRequest(one))
  const sum = (what: 'count' | 'received', isPolicy: boolean) =>
    downloads
      .filter(({ detail }) => (detail.purpose === 'policy') === isPolicy)
      .reduce((all, { detail }) => all + Number(detail[what] ?? 0), 0)
  const { reports = 0, bytesSent, tokenRequests: tokens = 0, tokenBytes } = summaryOf(entries)
  // Of all downloads, only downloads through a relay have a request body.
  const asking = bytesThatLeft(downloads)
  const updates = Number(reports)
  const files = sum('count', false)
  const asked = sum('count', true)
  return (
    <Section title={words('left')} wide>
      <div className="ns-columns">
        <Column title={words('ordinary')} figure={words('ordinaryFigure')}>
          {words('ordinaryText')}
        </Column>
        <Column
          title={words('files')}
          figure={words(asking > 0 ? 'filesAsked' : 'filesFigure', { n: files, bytes: asking })}
        >
          {words('filesText', { kilobytes: Math.round(sum('received', false) / 1000) })}{' '}
          {asked > 0 && words('termsAsked', { n: asked })} {asking > 0 && words('throughRelay')}{' '}
          {entries.length > 0 && words('filesSince', { day: days(entries[0].time) })}
        </Column>
        {tokens !== 0 && (
          <Column
            title={words('tokens')}
            figure={words('tokensFigure', { n: Number(tokens), bytes: Number(tokenBytes) })}
          >
            {words('tokensText')}
          </Column>
        )}
        <Column
          title={words('updates')}
          figure={words('updatesFigure', { n: updates, bytes: Number(bytesSent) })}
        >
          {words('updatesText', { n: updates })}
        </Column>
      </div>
    </Section>
  )
}

function Column(props: {
  readonly title: string
  readonly figure: string
  readonly children: ReactNode
}) {
  return (
    <div>
      <h3 className="ns-block-title">{props.title}</h3>
      <p className="ns-sent">{props.figure}</p>
      <p className="ns-small">{props.children}</p>
    </div>
  )
}

/** @param more address of a page with more information */
export function Learnable({ snapshot, more }: SectionProps & { readonly more?: string }) {
  const { words } = useWords()
  const { canContribute, terms } = snapshot
  const byRelay = terms?.relay !== undefined
  const answers: readonly (readonly [string, string])[] = [
    [words('ordinary'), words('learnable.pages')],
    ...(canContribute && terms === null
      ? [[words('learnable.oneUpdate'), words('terms.unknown')] as const]
      : []),
    ...(canContribute && terms !== null
      ? ([
          [
            words('tokens'),
            words(
              `learnable.tokens.${terms.tokens === 'account' ? 'account' : byRelay ? 'relay' : 'address'}`,
            ),
          ],
          [
            words('learnable.oneUpdate'),
            words(
              `learnable.update.${terms.trust === 'trusted-server' ? 'one' : byRelay ? 'relay' : 'two'}`,
            ),
          ],
          [words('learnable.manyUpdates'), words('learnable.sum', { times: guessesOf(terms).one })],
        ] as const)
      : []),
  ]
  return (
    <Section title={words('learnable.title')} wide>
      <dl className="ns-answers">
        {answers.map(([name, answer]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
      {!canContribute && <p>{words('noServers')}</p>}
      {more && (
        <p className="ns-small">
          <a href={more}>{words('learnable.more')}</a>
        </p>
      )}
    </Section>
  )
}
