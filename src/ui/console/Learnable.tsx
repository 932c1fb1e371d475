/** @module Four short answers: what somebody could learn about the shopper from each kind of transfer. */
import { guessesOf } from '@nearside/browser/guesses.ts'
import { Section, type SectionProps, useWords } from './Section.tsx'

interface LearnableProps extends SectionProps {
  /** Address of a page with more information. */
  readonly more?: string
}

export function Learnable({ snapshot, more }: LearnableProps) {
  const { words } = useWords()
  const { canContribute, terms } = snapshot
  const { learnable } = words
  const answers: readonly (readonly [string, string])[] = [
    [words.ordinary, learnable.pages],
    ...(canContribute && terms === null ? [[learnable.oneUpdate, words.terms(null)] as const] : []),
    ...(canContribute && terms !== null
      ? ([
          [words.tokens, learnable.tokens(terms.tokens, terms.relay !== undefined)],
          [learnable.oneUpdate, learnable.update(terms.trust, terms.relay !== undefined)],
          [learnable.manyUpdates, learnable.sum(String(guessesOf(terms).one))],
        ] as const)
      : []),
  ]
  return (
    <Section title={learnable.title} wide>
      <dl className="ns-answers">
        {answers.map(([name, answer]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
      {!canContribute && <p>{words.noServers}</p>}
      {more && (
        <p className="ns-small">
          <a href={more}>{learnable.more}</a>
        </p>
      )}
    </Section>
  )
}
