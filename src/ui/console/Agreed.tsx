/** @module Shows each consent: its wording, its time, the updates sent under it, and their cost. */

import { guessesAfter } from '@nearside/browser/guesses.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { bytesThatLeft, summaryOf } from '@nearside/browser/ledger/removed.ts'
import { numberText } from '@nearside/browser/page/words.ts'
import { termsText } from '@nearside/browser/vault/termsText.ts'
import { useId } from 'react'
import { Button } from '../react/Button.tsx'
import { SharingOffer, wordingOf } from '../react/SharingOffer.tsx'
import {
  type LogProps,
  Moment,
  Section,
  type SectionProps,
  Table,
  useOutcome,
  useWords,
} from './Section.tsx'

export function Agreed({ entries, ...parts }: LogProps) {
  const { words } = useWords()
  const answers = entries.filter(({ kind }) => kind === 'consent')
  return (
    <Section title={words('agreed')} wide>
      {parts.snapshot.canContribute ? <Consent {...parts} /> : <p>{words('noServers')}</p>}
      {answers.length > 0 && (
        <ul className="ns-notices" aria-label={words('answers')}>
          {answers.map(({ sequence, time, detail }) => (
            <li key={sequence}>
              <Moment at={time} /> {words(answerKey(detail))}
            </li>
          ))}
        </ul>
      )}
      <Spent {...parts} entries={entries} />
    </Section>
  )
}

const answerKey = ({ contribute, why }: LedgerEntry['detail']) =>
  contribute === true
    ? 'answered.agreed'
    : why === 'terms' || why === 'recipients'
      ? (`answered.${why}` as const)
      : 'answered.withdrew'

function Consent({ personalizer, snapshot }: SectionProps) {
  const { words, days } = useWords()
  const { run, status } = useOutcome()
  const { consent, terms } = snapshot
  const { since } = consent
  const sharing = `${words('wording')} ${termsText(words, terms)}`
  const answer = async (contribute: boolean, wording: string) => {
    await personalizer.setContribution(contribute, wording)
    return contribute ? words('given') : words('withdrawn')
  }
  const ask = async () => {
    await personalizer.contributionTerms()
    return words('asked')
  }
  return (
    <>
      <p>
        <strong>
          {since === null ? words('agreedNothing') : words('agreedSince', { day: days(since) })}
        </strong>
      </p>
      <SharingOffer
        snapshot={snapshot}
        words={words}
        sharing={sharing}
        onAnswer={(...given) => void run('', () => answer(...given))}
      >
        {consent.wording !== undefined &&
          consent.wording !== wordingOf(snapshot, words, sharing) && (
            <details>
              <summary>{words('agreedWords')}</summary>
              <p>{consent.wording}</p>
            </details>
          )}
      </SharingOffer>
      <p className="ns-actions">
        <Button onClick={() => void run(words('asking'), ask)}>{words('askTerms')}</Button>
      </p>
      {status}
    </>
  )
}

function Spent({ snapshot, entries }: Omit<LogProps, 'personalizer'>) {
  const { locale, words } = useWords()
  const id = useId()
  const { sent, terms } = snapshot
  const posts = entries.filter(({ kind }) => kind === 'upload').reverse()
  // Uses one log entry per report, because a report without an answer is sent again and logged again.
  const uploads = [...new Map(posts.map((one) => [one.detail.reportId, one])).values()]
  const { lossSquared = 0 } = summaryOf(entries)
  const noise = Math.min(...uploads.map(({ detail }) => Number(detail.noiseMultiplier)))
  const most = Math.max(terms?.epsilonPerYear ?? 0, sent.epsilon ?? 0)
  return (
    <>
      {sent.epsilon !== null && (
        <div className="ns-budget">
          <label htmlFor={id}>{words('budget', { spent: sent.epsilon, most })}</label>
          <meter id={id} max={most} high={most / 2} optimum={0} value={sent.epsilon} />
          <p className="ns-small">
            {Number.isFinite(noise) && words('hidden', { times: noise })}{' '}
            {words('guess', { times: guessesAfter(Number(lossSquared)) })}
          </p>
        </div>
      )}
      {uploads.length > 0 && (
        <>
          <Table
            caption={words('sentUpdates')}
            columns={[words('time'), words('size'), words('cost')]}
            rows={uploads.map((upload) => {
              const { sequence, time, detail } = upload
              const times = posts.filter((one) => one.detail.reportId === detail.reportId).length
              return [
                String(sequence),
                [
                  <Moment key="time" at={time} />,
                  `${times > 1 ? `${times} × ` : ''}${words('bytes', { bytes: bytesThatLeft([upload]) })}`,
                  numberText(Number(detail.epsilon ?? 0), locale),
                ],
              ]
            })}
          />
          <p className="ns-small">
            {words('shares', { leader: new URL(String(uploads[0].detail.url)).host })}
          </p>
        </>
      )}
    </>
  )
}
