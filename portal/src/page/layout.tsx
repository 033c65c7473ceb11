import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

/** On a telephone, or where everything is drawn twice as large, the pages' list is above them. */
const narrow = '@media (max-width: 640px)';

const useStyles = makeStyles({
  area: {
    display: 'flex',
    height: '100%',
    minHeight: 0,
    [narrow]: { flexDirection: 'column' },
  },
  menu: {
    flex: '0 0 188px',
    boxSizing: 'border-box',
    padding: '12px 8px',
    overflowY: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (min-width: 641px) and (max-width: 800px)': { flexBasis: '136px' },
    [narrow]: {
      flexBasis: 'auto',
      flexShrink: 0,
      padding: '4px 8px',
      overflowX: 'auto',
      borderRight: 'none',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    [narrow]: { display: 'flex', whiteSpace: 'nowrap' },
  },
  link: {
    display: 'block',
    padding: '5px 12px',
    marginBottom: '2px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    ':hover': {
      backgroundColor: tokens.colorSubtleBackgroundHover,
      color: tokens.colorNeutralForeground2Hover,
    },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  current: {
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    color: tokens.colorNeutralForeground2Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  page: { flex: 1, minWidth: 0, overflow: 'auto', padding: '16px 20px 32px' },
  inner: { maxWidth: '1680px' },
  head: {
    display: 'flex',
    alignItems: 'flex-start',
    gap: '12px',
    flexWrap: 'wrap',
    marginBottom: '12px',
  },
  titles: { flex: '1 1 320px', minWidth: 0 },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  hint: { margin: '2px 0 0', color: tokens.colorNeutralForeground2, maxWidth: '820px' },
  actions: { display: 'flex', gap: '8px', flexWrap: 'wrap', alignItems: 'center' },
  section: { marginTop: '24px' },
  sectionTitle: {
    margin: '0 0 8px',
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  card: {
    padding: '16px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
});

export interface AreaPage {
  /** Its address. */
  readonly href: string;
  readonly title: string;
}

/** Pages that belong together: their list on the left, the chosen one beside it. */
export function Area({
  label,
  pages,
  children,
}: {
  readonly label: string;
  readonly pages: readonly AreaPage[];
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  const [path] = useLocation();
  return (
    <div className={styles.area}>
      <nav className={styles.menu} aria-label={label}>
        <ul className={styles.list}>
          {pages.map(({ href, title }) => (
            <li key={href}>
              <Link
                href={href}
                className={mergeClasses(styles.link, path === href && styles.current)}
                aria-current={path === href ? 'page' : undefined}
              >
                {title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section className={styles.page} tabIndex={0} aria-label={label}>
        <div className={styles.inner}>{children}</div>
      </section>
    </div>
  );
}

/** The head of a page: what it is, what it is for, what can be done. */
export function PageHead({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <div className={styles.titles}>
        <h1 className={styles.title}>{title}</h1>
        {hint && <p className={styles.hint}>{hint}</p>}
      </div>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

export function Section({
  title,
  hint,
  actions,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <div className={styles.titles}>
          <h2 className={styles.sectionTitle}>{title}</h2>
          {hint && <p className={styles.hint}>{hint}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

export function Card({ children }: { readonly children: ReactNode }) {
  return <div className={useStyles().card}>{children}</div>;
}
