/** @module Notice beside a list, saying that learning is paused, with a button to resume it. */
import './nearside.css'
import { Button } from './Button.tsx'
import { usePersonalizationContext } from './context.ts'
import { useAction } from './useAction.tsx'
import { usePersonalization } from './usePersonalizer.ts'

/**
 * Notice that learning is paused. The component renders nothing while learning is on. `Recommendations` includes this
 * notice; put it beside lists that you render yourself.
 * @example <LearningPaused />
 */
export function LearningPaused() {
  const { personalizer, words } = usePersonalizationContext()
  const { paused } = usePersonalization()
  const { run, alert } = useAction()
  if (!personalizer || !(paused || alert)) return null
  return (
    <div className="ns-section ns-paused">
      {paused && (
        <p>
          {words('learningPaused')}.{' '}
          <Button onClick={() => void run('pause', () => personalizer.pause(false))}>
            {words('resume')}
          </Button>
        </p>
      )}
      {alert}
    </div>
  )
}
