/** @module What somebody could learn about the shopper from each thing that leaves: four short answers. */
import { Section, type SectionProps, useWords } from './Section.tsx'

/** Most that a guess succeeds, of 100 times, where e^ε bounds the odds: rounded up. */
const guessesIn100 = (epsilon: number) => Math.ceil(1000 / (1 + Math.exp(-epsilon))) / 10

interface LearnableProps extends SectionProps {
  /** Address of a page that says more. */
  readonly more?: string
}

export function Learnable({ snapshot, more }: LearnableProps) {
  const { words, number } = useWords()
  const { canContribute, terms } = snapshot
  const { learnable } = words
  const answers: readonly (readonly [string, string])[] = [
    [words.ordinary, learnable.pages],
    ...(canContribute && terms === null ? [[learnable.oneUpdate, words.terms(null)] as const] : []),
    ...(canContribute && terms !== null
      ? ([
          [words.tokens, learnable.tokens(terms.tokens)],
          [learnable.oneUpdate, learnable.update(terms.trust)],
          [learnable.manyUpdates, learnable.sum(number(guessesIn100(terms.epsilonPerReport)))],
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
