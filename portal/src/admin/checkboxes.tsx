import { Checkbox } from '@fluentui/react-components';

/** Any number of choices; what is ticked last comes last. */
export function Checkboxes({
  offered,
  chosen,
  onChange,
}: {
  readonly offered: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  return offered.map(({ value, label }) => (
    <Checkbox
      key={value}
      label={label}
      checked={chosen.includes(value)}
      onChange={(_event, { checked }) =>
        onChange(checked === true ? [...chosen, value] : chosen.filter((each) => each !== value))
      }
    />
  ));
}
