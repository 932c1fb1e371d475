/** @module Contribution: what it has cost so far, and a report at once. */
import { Button } from '../../react/Button.tsx'
import { Fact } from '../../react/Fact.tsx'
import { Moment, Section, type SectionProps, useOutcome } from '../Section.tsx'

export function FederationSection({
  personalizer,
  snapshot,
  canContribute,
}: SectionProps & { readonly canContribute: boolean }) {
  const { run, status } = useOutcome()
  const { consent, sent, terms } = snapshot
  const send = async () => {
    const result = await personalizer.contribute()
    return `${result.sent ? 'Sent' : 'Nothing was sent'}: ${result.reason}`
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
      </dl>
      {canContribute && (
        <>
          <p className="ns-actions">
            <Button
              disabled={!consent.contribute}
              onClick={() => void run('Asking for the open round …', send)}
            >
              Send a report now
            </Button>
          </p>
          {status}
        </>
      )}
    </Section>
  )
}
