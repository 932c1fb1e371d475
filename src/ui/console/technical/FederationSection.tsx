/** @module Shows the cost of contribution so far, and a button that sends an update at once. */
import { numberText } from '@nearside/browser/page/words.ts'
import { Button } from '../../react/Button.tsx'
import { Fact } from '../../react/Fact.tsx'
import { Moment, Section, type SectionProps, useOutcome, useWords } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

export function FederationSection({ personalizer, snapshot }: SectionProps) {
  const { run, status } = useOutcome()
  const words = useDetails()
  const { locale } = useWords()
  const number = (value: number) => numberText(value, locale)
  const { canContribute, consent, sent, terms } = snapshot
  const send = async () => {
    const result = await personalizer.contribute()
    return words(result.sent ? 'sent' : 'notSent', { why: result.reason })
  }
  return (
    <Section title={words('contribution')}>
      <dl className="ns-facts">
        <Fact name={words('consent')}>
          {words(consent.contribute ? 'given' : canContribute ? 'notGiven' : 'noServers')}
        </Fact>
        <Fact name={words('since')}>
          {consent.since === null ? null : <Moment at={consent.since} />}
        </Fact>
        <Fact name={words('reports')}>{sent.reports}</Fact>
        <Fact name={words('bytesSent')}>{number(sent.bytes)}</Fact>
        <Fact name={words('loss')}>
          {sent.epsilon === null ? words('noLoss') : number(sent.epsilon)}
        </Fact>
        <Fact name={words('lossEver')}>
          {sent.epsilonEver === undefined ? null : number(sent.epsilonEver)}
        </Fact>
        <Fact name={words('perReport')}>{terms && number(terms.epsilonPerReport)}</Fact>
        <Fact name={words('perYear')}>{terms && number(terms.epsilonPerYear)}</Fact>
        <Fact name="δ">{terms && number(terms.delta)}</Fact>
      </dl>
      {canContribute && (
        <>
          <p className="ns-actions">
            <Button
              disabled={!consent.contribute}
              onClick={() => void run(words('askRound'), send)}
            >
              {words('send')}
            </Button>
          </p>
          {status}
        </>
      )}
    </Section>
  )
}
