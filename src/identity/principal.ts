/** One thing that has to be true of a device, as `plan/scope.ts` has it. */
export interface DeviceCondition {
  readonly property: 'name' | 'domain' | 'os' | 'tag';
  readonly operator: 'equals' | 'startsWith' | 'endsWith' | 'contains';
  readonly value: string;
}

/** Who is asking, from a verified token. */
export interface Principal {
  /** The tenant whose data it may ask for. */
  readonly tenant: string;
  /** Stable id: the application's (`appid`) or the user's (`oid`). */
  readonly id: string;
  /** For logs and audit. */
  readonly name: string;
  readonly kind: 'application' | 'user';
  /** Application roles (`roles`), of applications. */
  readonly roles: readonly string[];
  /** Delegated scopes (`scp`), of users. */
  readonly scopes: readonly string[];
  /** Device groups that it is limited to; null sees every device. */
  readonly deviceGroups: readonly string[] | null;
  /** Besides them: devices that meet every condition of one of the rules. */
  readonly deviceRules?: readonly (readonly DeviceCondition[])[];
  /** Users: whether one of their roles lets them view data. Applications need none. */
  readonly viewsData?: boolean;
  /** Users: what their own roles allow them, where the scope of a program is not enough. */
  readonly allowed?: readonly string[];
  /** Users: the names of all groups that they are limited to, those by rule too; null: none. */
  readonly deviceGroupNames?: readonly string[] | null;
}
