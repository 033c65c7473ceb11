import { Field, Input } from '@fluentui/react-components';
import type { QueryParameter } from './parameters.js';
import { strings } from './strings.js';

/** Inputs for what the query declares as its parameters. */
export function ParameterInputs({
  parameters,
  values,
  onChange,
}: {
  readonly parameters: readonly QueryParameter[];
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (values: Readonly<Record<string, string>>) => void;
}) {
  return (
    <fieldset className="qh-parameters">
      <legend className="qh-hidden">{strings.parameters}</legend>
      {parameters.map(({ name, type, initial }) => (
        <Field key={name} label={`${name}: ${type}`} size="small" orientation="horizontal">
          <Input
            size="small"
            value={values[name] ?? ''}
            placeholder={initial ? strings.parameterDefault(initial) : strings.parameterNeeded}
            onChange={(_event, { value }) => onChange({ ...values, [name]: value })}
          />
        </Field>
      ))}
    </fieldset>
  );
}
