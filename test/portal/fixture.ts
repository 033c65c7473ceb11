import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { checkConfiguration } from '../../src/configuration.js';
import { assignRole } from '../../src/identity/assignments.js';
import { saveDeviceGroup } from '../../src/identity/device-groups.js';
import { createUser } from '../../src/identity/users.js';
import { issueToken, provideUser, startQuarry } from '../../src/main.js';
import { dataPaths } from '../../src/server/data-directory.js';
import { simulate, smallCompany } from '../../src/simulator/simulate.js';
import { openStore } from '../../src/store/store.js';

const executablePath = '/usr/bin/chromium';

/** Whether there is a browser to test with; suites skip themselves where there is none. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`No browser at ${executablePath}: the portal is not tested here.`);

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface PortalUser {
  readonly name: string;
  readonly password: string;
}

/** A server with an invented company's telemetry, and a browser. */
export interface PortalFixture {
  readonly url: string;
  /** May do everything. */
  readonly asha: PortalUser;
  /** Hunts, and sees the devices of one group: `bw-ws001` to `bw-ws009`. */
  readonly ben: PortalUser;
  /** A bearer token with roles, for what a test asks the server itself. */
  token(roles: readonly string[]): Promise<string>;
  /** A page with cookies and storage of its own, not signed in. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** A page that shows `path`, signed in. */
  open(path: string, options?: BrowserContextOptions & { user?: PortalUser }): Promise<Page>;
  close(): Promise<void>;
}

export interface PortalOptions {
  /** Records of telemetry; the planted attacks are among them. */
  readonly events?: number;
  /** What the configuration has besides. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ids of users of another issuer who may see every device. */
  readonly admitted?: readonly string[];
}

export async function openPortal({
  events = 12_000,
  settings = {},
  admitted = [],
}: PortalOptions = {}): Promise<PortalFixture> {
  if (!existsSync(join(import.meta.dirname, '../../dist/portal/index.html'))) {
    throw new Error('The portal is not built: npm run build');
  }
  const directory = await mkdtemp(join(tmpdir(), 'quarry-portal-'));
  const configuration = checkConfiguration({
    ...settings,
    data: directory,
    port: 0,
    logLevel: 'silent',
  });
  const asha = { name: 'asha', displayName: 'Asha Rao', password: 'correct horse battery' };
  const ben = { name: 'ben', displayName: 'Ben Okafor', password: 'staple battery horse' };
  await provideUser(configuration, asha);
  await limitedUser(dataPaths(directory).store, ben);
  await admit(dataPaths(directory).store, admitted);
  const token = (roles: readonly string[]) => issueToken(configuration, { app: 'test', roles });
  const sender = await issueToken(configuration, { app: 'sender', roles: ['Telemetry.Ingest'] });
  const quarry = await startQuarry(configuration);
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await quarry.close();
    await rm(directory, { recursive: true });
  };
  try {
    await fill(quarry.url, sender, events);
    await quarry.flush();
    browser = await chromium.launch({ executablePath, args: flags });
  } catch (error) {
    await close();
    throw error;
  }
  const started = browser;
  const sessions = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();
  const newPage = async (options: BrowserContextOptions = {}) => {
    const context = await started.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    return context.newPage();
  };
  return {
    url: quarry.url,
    asha,
    ben,
    token,
    newPage,
    async open(path, { user = asha, ...options } = {}) {
      const cookies = sessions.get(user.name);
      const page = await newPage({
        ...options,
        ...(cookies && { storageState: { cookies, origins: [] } }),
      });
      await page.goto(quarry.url + path);
      // Whoever has signed in before is known to the issuer, and comes through without its page.
      if (cookies) await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      else await signIn(page, user);
      sessions.set(user.name, await page.context().cookies());
      return page;
    },
    close,
  };
}

/** Fills in the issuer's form, and waits for the portal. */
export async function signIn(page: Page, { name, password }: PortalUser): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

async function fill(url: string, token: string, events: number): Promise<void> {
  const end = new Date(Date.now() - 60_000);
  const response = await fetch(`${url}/api/ingest/streaming-api`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: Readable.toWeb(
      Readable.from(simulate({ ...smallCompany, events, end, tenantId: 'default' })),
    ) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (!response.ok) throw new Error(`The telemetry was answered ${response.status}.`);
}

async function admit(storePath: string, users: readonly string[]): Promise<void> {
  const store = await openStore(storePath);
  try {
    for (const subject of users) {
      await assignRole(store, 'default', {
        subjectKind: 'user',
        subject,
        viewsData: true,
        deviceGroups: null,
      });
    }
  } finally {
    await store.close();
  }
}

async function limitedUser(
  storePath: string,
  user: PortalUser & { readonly displayName: string },
): Promise<void> {
  const store = await openStore(storePath);
  const tenant = 'default';
  try {
    await saveDeviceGroup(store, tenant, {
      name: 'First floor',
      conditions: [{ property: 'name', operator: 'startsWith', value: 'bw-ws00' }],
    });
    await createUser(store, { tenant, ...user });
    await assignRole(store, tenant, {
      subjectKind: 'user',
      subject: user.name,
      viewsData: true,
      deviceGroups: ['First floor'],
      allows: [],
    });
  } finally {
    await store.close();
  }
}
