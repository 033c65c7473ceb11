import { Label, Select } from '@fluentui/react-components';
import { type ReactNode, useId } from 'react';

/** A choice in a line with its name before it. */
export function LabelledSelect(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <span className="qr-chart-field">
      <Label size="small" htmlFor={id}>
        {props.label}
      </Label>
      <Select
        id={id}
        size="small"
        value={props.value}
        onChange={(_, { value }) => props.onChange(value)}
      >
        {props.children}
      </Select>
    </span>
  );
}
