/**
 * @module Contribution: consent, what it has cost so far, and the last uploads as the log has them.
 * Nothing is asked of the servers until there is consent or a button is pressed.
 */
import { useId } from 'react'
import { Button } from '../react/Button.tsx'
import { Fact } from '../react/Fact.tsx'
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
      <dl className="ns-facts">
        <Fact name="Consent">
          {consent.contribute ? 'given' : canContribute ? 'not given' : 'not asked for: no servers'}
        </Fact>
        <Fact name="Since">{consent.since === null ? null : <Moment at={consent.since} />}</Fact>
        <Fact name="Reports sent">{sent.reports}</Fact>
        <Fact name="Bytes sent">{sent.bytes.toLocaleString('en-GB')}</Fact>
        <Fact name="Privacy loss ε">
          {sent.epsilon === null ? 'none spent' : sent.epsilon.toPrecision(4)}
        </Fact>
        <Fact name="ε over all years">{sent.epsilonEver?.toPrecision(4) ?? null}</Fact>
        <Fact name="ε a report, at most">{terms.epsilonPerReport.toPrecision(3)}</Fact>
        <Fact name="ε a year, at most">{terms.epsilonPerYear.toPrecision(3)}</Fact>
        <Fact name="δ">{terms.delta.toString()}</Fact>
        <Fact name="Operators">
          {terms.trust === 'two-aggregators'
            ? 'two, by their own account'
            : 'one, who could read a report'}
        </Fact>
      </dl>
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
