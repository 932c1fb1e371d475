/**
 * @module Contribution: consent, what it has cost so far, and the last uploads as the log has them.
 * Nothing is asked of the servers until there is consent or a button is pressed.
 */
import { useId, useState } from 'react'
import { Facts, Moment, outcome, Section, type SectionProps } from './Section.tsx'

export function FederationSection({
  personalizer,
  snapshot,
  canContribute,
}: SectionProps & { readonly canContribute: boolean }) {
  const id = useId()
  const [said, setSaid] = useState('')
  const { consent, sent, terms } = snapshot

  async function send() {
    setSaid('Asking for the open round …')
    setSaid(
      await outcome(
        personalizer
          .contribute()
          .then((result) => `${result.sent ? 'Sent' : 'Nothing was sent'}: ${result.reason}`),
      ),
    )
  }

  async function agree() {
    const wanted = !consent.contribute
    setSaid(
      await outcome(
        personalizer.setContribution(wanted).then(() => (wanted ? 'Agreed.' : 'Withdrawn.')),
      ),
    )
  }

  async function askTerms() {
    setSaid('Asking both servers …')
    setSaid(await outcome(personalizer.contributionTerms().then(() => 'These are their terms.')))
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
            onClick={() => void agree()}
          >
            Contribute to the shared model
          </button>
          <p className="ns-small" id={id}>
            A report is one clipped, blurred sum of corrections, the same size for everybody, split
            for two servers. It holds no events, products, searches or prices.
          </p>
          <p className="ns-actions">
            <button type="button" className="ns-button" onClick={() => void askTerms()}>
              Ask for the terms
            </button>
            <button
              type="button"
              className="ns-button"
              disabled={!consent.contribute}
              onClick={() => void send()}
            >
              Send a report now
            </button>
          </p>
          <p className="ns-small" role="status">
            {said}
          </p>
        </>
      ) : (
        <p className="ns-small">
          This shop names no aggregation servers, so there is no way to send anything.
        </p>
      )}
    </Section>
  )
}
