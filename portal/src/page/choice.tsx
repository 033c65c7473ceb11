import { Label, makeStyles, Select, useId } from '@fluentui/react-components';

const useStyles = makeStyles({
  choice: { display: 'flex', alignItems: 'center', gap: '8px', whiteSpace: 'nowrap' },
});

/** One of a few, with its name before it. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  /** By what is chosen, what is shown. */
  readonly options: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}) {
  const styles = useStyles();
  const id = useId('choice');
  return (
    <span className={styles.choice}>
      <Label htmlFor={id}>{label}</Label>
      <Select id={id} value={value} onChange={(_event, data) => onChange(data.value)}>
        {Object.entries(options).map(([choice, title]) => (
          <option key={choice} value={choice}>
            {title}
          </option>
        ))}
      </Select>
    </span>
  );
}
