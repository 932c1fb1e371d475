/** @module What was agreed to, when, what was sent under it, and what that cost. */
import { useId } from 'react'
import { guessesAfter } from '../../device/guesses.ts'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { summaryOf } from '../../device/ledger/removed.ts'
import { Button } from '../react/Button.tsx'
import { Moment, Section, type SectionProps, Table, useOutcome, useWords } from './Section.tsx'

interface AgreedProps extends SectionProps {
  readonly entries: readonly LedgerEntry[]
}

export function Agreed({ entries, ...parts }: AgreedProps) {
  const { words } = useWords()
  const answers = entries.filter(({ kind }) => kind === 'consent')
  return (
    <Section title={words.agreed} wide>
      {parts.snapshot.canContribute ? <Consent {...parts} /> : <p>{words.noServers}</p>}
      {answers.length > 0 && (
        <ul className="ns-notices" aria-label={words.answers}>
          {answers.map(({ sequence, time, detail }) => (
            <li key={sequence}>
              <Moment at={time} /> {words.answered(detail.contribute === true, detail.why)}
            </li>
          ))}
        </ul>
      )}
      <Spent {...parts} entries={entries} />
    </Section>
  )
}

function Consent({ personalizer, snapshot }: SectionProps) {
  const { words, days } = useWords()
  const id = useId()
  const { run, status } = useOutcome()
  const { consent, globalPrivacyControl, persist, terms, vault } = snapshot
  const stored = persist.allowed === true
  const { contribute, since } = consent
  const sharing = `${words.wording} ${words.terms(terms)}`
  const wording = terms?.demonstration ? `${words.demonstration} ${sharing}` : sharing
  const agree = async () => {
    await personalizer.setContribution(!contribute, wording)
    return contribute ? words.withdrawn : words.given
  }
  const ask = async () => {
    await personalizer.contributionTerms()
    return words.asked
  }
  return (
    <>
      <p>
        <strong>{since === null ? words.agreedNothing : words.agreedSince(days(since))}</strong>
      </p>
      {terms?.demonstration && (
        <p className="ns-notice" role="note">
          {words.demonstration}
        </p>
      )}
      <p id={id}>
        {sharing} {globalPrivacyControl && <strong>{words.privacyControl}</strong>}{' '}
        {!stored && <strong>{words.contributeNeeds}</strong>}
      </p>
      {consent.wording !== undefined && consent.wording !== wording && (
        <details>
          <summary>{words.agreedWords}</summary>
          <p>{consent.wording}</p>
        </details>
      )}
      <div className="ns-actions">
        <button
          type="button"
          role="switch"
          className="ns-switch"
          aria-checked={contribute}
          aria-describedby={id}
          // A vault asks for itself, and shows its own words.
          disabled={!contribute && (globalPrivacyControl || !stored || (terms === null && !vault))}
          onClick={() => void run('', agree)}
        >
          {words.contribute}
        </button>
        <Button onClick={() => void run(words.asking, ask)}>{words.askTerms}</Button>
      </div>
      {status}
    </>
  )
}

/** The updates that the log lists, and the budget that they used. */
function Spent({ snapshot, entries }: Pick<AgreedProps, 'snapshot' | 'entries'>) {
  const { words, number, whole } = useWords()
  const id = useId()
  const { sent, terms } = snapshot
  const posts = entries.filter(({ kind }) => kind === 'upload').reverse()
  // By its report, each with its first entry: one that got no answer is sent again.
  const uploads = [...new Map(posts.map((one) => [one.detail.reportId, one])).values()]
  const { lossSquared = 0 } = summaryOf(entries)
  const noise = Math.min(...uploads.map(({ detail }) => Number(detail.noiseMultiplier)))
  const most = Math.max(terms?.epsilonPerYear ?? 0, sent.epsilon ?? 0)
  return (
    <>
      {sent.epsilon !== null && (
        <div className="ns-budget">
          <label htmlFor={id}>{words.budget(number(sent.epsilon), number(most))}</label>
          <meter id={id} max={most} high={most / 2} optimum={0} value={sent.epsilon} />
          <p className="ns-small">
            {Number.isFinite(noise) && words.hidden(number(noise))}{' '}
            {words.guess(guessesAfter(Number(lossSquared)))}
          </p>
        </div>
      )}
      {uploads.length > 0 && (
        <>
          <Table
            caption={words.sentUpdates}
            columns={[words.time, words.size, words.cost]}
            rows={uploads.map(({ sequence, time, bytesSent, detail }) => {
              const times = posts.filter((one) => one.detail.reportId === detail.reportId).length
              return [
                String(sequence),
                [
                  <Moment key="time" at={time} />,
                  `${times > 1 ? `${times} × ` : ''}${words.bytes(whole(bytesSent))}`,
                  number(Number(detail.epsilon ?? 0)),
                ],
              ]
            })}
          />
          <p className="ns-small">{words.shares(new URL(String(uploads[0].detail.url)).host)}</p>
        </>
      )}
    </>
  )
}
