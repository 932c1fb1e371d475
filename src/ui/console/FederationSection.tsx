/**
 * @module Contribution: consent, what it has cost so far, and the last uploads as the log has them.
 * Nothing is asked of the servers until there is consent or a button is pressed.
 */
import { useId } from 'react'
import { Button } from '../react/Button.tsx'
import { Facts } from '../react/Facts.tsx'
import { Moment, Section, type SectionProps, useOutcome } from './Section.tsx'

export function FederationSection({
  personalizer,
  snapshot,
  canContribute,
}: SectionProps & { readonly canContribute: boolean }) {
  const id = useId()
  const { run, status } = useOutcome()
  const { consent, sent, terms } = snapshot

  const send = async () => {
    const result = await personalizer.contribute()
    return `${result.sent ? 'Sent' : 'Nothing was sent'}: ${result.reason}`
  }
  const agree = async () => {
    await personalizer.setContribution(!consent.contribute)
    return consent.contribute ? 'Withdrawn.' : 'Agreed.'
  }
  const askTerms = async () => {
    await personalizer.contributionTerms()
    return 'These are their terms.'
  }

  return (
    <Section title="Contribution">
      <Facts
        rows={[
          [
            'Consent',
            consent.contribute
              ? 'given'
              : canContribute
                ? 'not given'
                : 'not asked for: no servers',
          ],
          ['Since', consent.since === null ? null : <Moment key="since" at={consent.since} />],
          ['Reports sent', sent.reports],
          ['Bytes sent', sent.bytes.toLocaleString('en-GB')],
          ['Privacy loss ε', sent.epsilon === null ? 'none spent' : sent.epsilon.toPrecision(4)],
          ['ε over all years', sent.epsilonEver?.toPrecision(4) ?? null],
          ['ε a report, at most', terms.epsilonPerReport.toPrecision(3)],
          ['ε a year, at most', terms.epsilonPerYear.toPrecision(3)],
          ['δ', terms.delta.toString()],
          [
            'Operators',
            terms.trust === 'two-aggregators'
              ? 'two, by their own account'
              : 'one, who could read a report',
          ],
        ]}
      />
      {canContribute ? (
        <>
          <button
            type="button"
            role="switch"
            className="ns-switch"
            aria-checked={consent.contribute}
            aria-describedby={id}
            onClick={() => void run('', agree)}
          >
            Contribute to the shared model
          </button>
          <p className="ns-small" id={id}>
            A report is one clipped sum of corrections, the same size for everybody, split for two
            servers, which add noise to the total of many. It holds no events, products, searches or
            prices.
          </p>
          <p className="ns-actions">
            <Button onClick={() => void run('Asking both servers …', askTerms)}>
              Ask for the terms
            </Button>
            <Button
              disabled={!consent.contribute}
              onClick={() => void run('Asking for the open round …', send)}
            >
              Send a report now
            </Button>
          </p>
          {status}
        </>
      ) : (
        <p className="ns-small">
          This shop names no aggregation servers, so there is no way to send anything.
        </p>
      )}
    </Section>
  )
}
