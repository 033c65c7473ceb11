import { Button } from '@fluentui/react-components';
import { setPreference, usePreferences } from '../app/preferences.js';
import { demoExamples, type Example, ownExamples } from './examples.js';
import { strings } from './strings.js';

/** What stands where results will be, until there are any: examples that teach the tool. */
export function Welcome({
  isDemo,
  onOpen,
}: {
  readonly isDemo: boolean;
  readonly onOpen: (example: Example) => void;
}) {
  const { tipsDismissed } = usePreferences();
  return (
    <section className="qh-welcome" aria-label={strings.welcome}>
      <h2>{strings.welcome}</h2>
      <p>{isDemo ? strings.welcomeDemo : strings.welcomeOwn}</p>
      <ul className="qh-examples">
        {(isDemo ? demoExamples : ownExamples).map((example) => (
          <li key={example.title}>
            <button type="button" className="qh-example" onClick={() => onOpen(example)}>
              <strong>{example.title}</strong>
              <span>{example.teaches}</span>
            </button>
          </li>
        ))}
      </ul>
      {!tipsDismissed && (
        <aside className="qh-tips" aria-label={strings.tipsLabel}>
          <ul>
            {strings.tips.map((tip) => (
              <li key={tip}>{tip}</li>
            ))}
          </ul>
          <Button size="small" onClick={() => setPreference('tipsDismissed', true)}>
            {strings.dismissTips}
          </Button>
        </aside>
      )}
    </section>
  );
}
