import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { PersonCircleRegular } from '@fluentui/react-icons/svg/person-circle';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { Link, useLocation } from 'wouter';
import icon from './icon.svg';
import { leave } from './leave.js';
import { pages } from './pages.js';
import { type Preferences, setPreference, usePreferences } from './preferences.js';
import { useSession } from './session-context.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  header: {
    display: 'flex',
    alignItems: 'center',
    gap: '16px',
    height: '44px',
    padding: '0 12px',
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 600px)': { gap: '4px', padding: '0 4px' },
  },
  product: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    color: 'inherit',
    textDecoration: 'none',
  },
  /** Words beside an icon, which says the same where there is no room. */
  words: { '@media (max-width: 600px)': { display: 'none' } },
  navigation: { display: 'flex', height: '100%' },
  page: {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    padding: '0 12px',
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    ':hover': { color: tokens.colorNeutralForeground1 },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-4px',
    },
  },
  current: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    '::after': {
      content: '""',
      position: 'absolute',
      left: '12px',
      right: '12px',
      bottom: 0,
      height: '2px',
      backgroundColor: tokens.colorCompoundBrandStroke,
    },
  },
  search: {
    marginLeft: 'auto',
    minWidth: '280px',
    justifyContent: 'flex-start',
    color: tokens.colorNeutralForeground3,
    fontWeight: tokens.fontWeightRegular,
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    '@media (max-width: 900px)': { minWidth: '40px' },
  },
  keys: { marginLeft: 'auto', paddingLeft: '12px', whiteSpace: 'nowrap' },
  tenant: {
    color: tokens.colorNeutralForeground2,
    whiteSpace: 'nowrap',
    '@media (max-width: 600px)': { display: 'none' },
  },
  who: { padding: '4px 8px', lineHeight: tokens.lineHeightBase300, maxWidth: '280px' },
  soft: { color: tokens.colorNeutralForeground3 },
});

/** Product, pages, search, tenant, user. */
export function Header({
  openPalette,
  openKeys,
}: {
  readonly openPalette: () => void;
  readonly openKeys: () => void;
}) {
  const styles = useStyles();
  const [path] = useLocation();
  const { session } = useSession();
  const shown = pages.filter(({ isFor }) => isFor?.(session.may) ?? true);
  return (
    <header className={styles.header}>
      <Link href="/hunt" className={styles.product} aria-label={strings.product}>
        <img src={icon} alt="" width={20} height={20} />
        <span className={styles.words}>{strings.product}</span>
      </Link>
      <nav className={styles.navigation} aria-label={strings.navigation}>
        {shown.map(({ start, title }) => {
          const isCurrent = path === start || path.startsWith(`${start}/`);
          return (
            <Link
              key={start}
              href={start}
              className={mergeClasses(styles.page, isCurrent && styles.current)}
              aria-current={isCurrent ? 'page' : undefined}
            >
              {title}
            </Link>
          );
        })}
      </nav>
      <Button
        className={styles.search}
        icon={<SearchRegular />}
        onClick={openPalette}
        aria-keyshortcuts="Control+K"
        aria-label={strings.search}
      >
        <span className={styles.words}>{strings.search}</span>
        <kbd className={mergeClasses(styles.keys, styles.words)}>Ctrl+K</kbd>
      </Button>
      <span className={styles.tenant} title={strings.tenant(session.tenant.id)}>
        {session.tenant.name}
      </span>
      <UserMenu openKeys={openKeys} />
    </header>
  );
}

function UserMenu({ openKeys }: { readonly openKeys: () => void }) {
  const styles = useStyles();
  const { session, settings } = useSession();
  const { theme } = usePreferences();
  const groups = session.deviceGroups;
  return (
    <Menu
      checkedValues={{ theme: [theme] }}
      onCheckedValueChange={(_event, { checkedItems: [choice] }) =>
        setPreference('theme', choice as Preferences['theme'])
      }
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<PersonCircleRegular />}
          aria-label={strings.userMenu(session.user.name)}
        >
          <span className={styles.words}>{session.user.name}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.who}>
          <div className={styles.soft}>{strings.signedInAs}</div>
          <div>{session.user.name}</div>
          <div className={styles.soft}>
            {strings.deviceGroups}:{' '}
            {groups === null ? strings.allDevices : groups.join(', ') || strings.noDevices}
          </div>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{strings.theme}</MenuGroupHeader>
            {Object.entries(strings.themes).map(([name, title]) => (
              <MenuItemRadio key={name} name="theme" value={name}>
                {title}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem onClick={openKeys} secondaryContent="?">
            {strings.keySheet}
          </MenuItem>
          <MenuItem onClick={() => window.open('/reference', '_blank', 'noopener')}>
            {strings.reference}
          </MenuItem>
          <MenuItem disabled>{strings.about(settings.product.version)}</MenuItem>
          <MenuDivider />
          <MenuItem onClick={() => void leave()}>{strings.signOut}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
