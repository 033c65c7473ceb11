import { type Condition, computed, type Expression, literal } from '../../windows/expression.js';
import { asObject } from '../../windows/shape.js';
import { listOf } from '../document.js';
import {
  all,
  any,
  at,
  choose,
  firstOf,
  isThere,
  lists,
  not,
  rawAt,
  textAt,
  when,
} from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { activityType } from './activity-type.js';
import { accountType, nameInArn } from './identity.js';
import { amazonWebServices, consoleSignIn } from './sign-in.js';

/** What calls say of what they are for, by the kind that AWS CloudFormation has for it. */
const objects: readonly (readonly [parameter: string, type: string])[] = [
  ['accessKeyId', 'AWS::IAM::AccessKey'],
  ['userName', 'AWS::IAM::User'],
  ['roleName', 'AWS::IAM::Role'],
  ['roleArn', 'AWS::IAM::Role'],
  ['groupName', 'AWS::IAM::Group'],
  ['policyArn', 'AWS::IAM::Policy'],
  ['policyName', 'AWS::IAM::Policy'],
  ['bucketName', 'AWS::S3::Bucket'],
  ['functionName', 'AWS::Lambda::Function'],
  ['instanceId', 'AWS::EC2::Instance'],
  ['instancesSet.items.instanceId', 'AWS::EC2::Instance'],
  ['groupId', 'AWS::EC2::SecurityGroup'],
  ['snapshotId', 'AWS::EC2::Snapshot'],
  ['volumeId', 'AWS::EC2::Volume'],
  ['keyName', 'AWS::EC2::KeyPair'],
  ['vpcId', 'AWS::EC2::VPC'],
  ['dBInstanceIdentifier', 'AWS::RDS::DBInstance'],
  ['dBSnapshotIdentifier', 'AWS::RDS::DBSnapshot'],
  ['secretId', 'AWS::SecretsManager::Secret'],
  ['keyId', 'AWS::KMS::Key'],
  ['tableName', 'AWS::DynamoDB::Table'],
  ['detectorId', 'AWS::GuardDuty::Detector'],
  ['logGroupName', 'AWS::Logs::LogGroup'],
];

const parameter = (name: string) => at(`requestParameters.${name}`);

const ofParameters = firstOf(
  parameter('key'),
  ...objects.map(([name]) => parameter(name)),
  parameter('name'),
);

const kind = choose(
  [isThere('requestParameters.key'), 'AWS::S3::Object'],
  ...objects.map(([name, type]) => [isThere(`requestParameters.${name}`), type] as const),
);

/** A member of the first resource that is named in full: of others there is no more than how their names begin. */
function ofResource(name: string): Expression {
  return computed(`the first of resources with an ARN: ${name}`, (scope) => {
    for (const each of listOf(resources(scope))) {
      const resource = asObject(each);
      if (resource?.['ARN'] !== undefined) {
        return resource[name];
      }
    }
    return undefined;
  });
}

const resources = rawAt('resources');
const [arn, typeOfResource] = [ofResource('ARN'), ofResource('type')];

const reads = lists('readOnly', 'true');
const isData = any(
  lists('managementEvent', 'false'),
  lists('eventCategory', 'Data', 'NetworkActivity'),
);
const isManagement = any(lists('managementEvent', 'true'), lists('eventCategory', 'Management'));
/** To sign in, or to be given a role, changes nothing. */
const isOfSession = lists('eventSource', 'signin.amazonaws.com', 'sts.amazonaws.com');

const isAdminOperation: Expression = flag(
  [all(isManagement, lists('readOnly', 'false'), not(isOfSession)), true],
  [any(reads, isData, isOfSession), false],
);

function flag(...cases: readonly (readonly [Condition, boolean])[]): Expression {
  return computed(
    cases.map(([{ text }, value]) => `${value} if ${text}`).join(', '),
    (scope) => cases.find(([{ test }]) => test(scope))?.[1],
  );
}

const [ownAccount, recipient] = [textAt('userIdentity.accountId'), textAt('recipientAccountId')];

/** Whether it is of another AWS account than what it did something to. */
const isExternal = computed('userIdentity.accountId != recipientAccountId', (scope) => {
  const [account, owner] = [ownAccount(scope), recipient(scope)];
  return account === undefined || owner === undefined ? undefined : account !== owner;
});

export const activity: DocumentRule = {
  event: 'activity',
  table: 'CloudAppEvents',
  actionType: at('eventName'),
  note: 'RawEventData are the whole record. Insights and digests have no row.',
  columns: {
    ReportId: at('eventID'),
    ...amazonWebServices,
    AccountObjectId: firstOf(at('userIdentity.principalId'), at('userIdentity.onBehalfOf.userId')),
    AccountId: firstOf(
      at('userIdentity.arn'),
      at('userIdentity.principalId'),
      at('userIdentity.onBehalfOf.userId'),
      at('userIdentity.invokedBy'),
      at('userIdentity.accountId'),
    ),
    AccountDisplayName: firstOf(
      at('userIdentity.userName'),
      at('userIdentity.sessionContext.sessionIssuer.userName'),
      nameInArn(at('userIdentity.arn')),
      at('userIdentity.invokedBy'),
    ),
    AccountType: accountType(at('userIdentity.type')),
    IsAdminOperation: isAdminOperation,
    IsExternalUser: isExternal,
    IPAddress: to.anyAddress(at('sourceIPAddress')),
    UserAgent: at('userAgent'),
    ActivityType: activityType('eventName', reads),
    ActivityObjects: when(
      isThere('resources'),
      to.renamed('resources', { type: 'Type', ARN: 'Id', accountId: 'AccountId' }),
      literal(''),
    ),
    ObjectName: firstOf(nameInArn(arn), nameInArn(ofParameters), ofParameters),
    ObjectType: firstOf(typeOfResource, kind),
    ObjectId: firstOf(arn, ofParameters),
    RawEventData: computed('the record', ({ document }) => document),
  },
  additional: {
    EventSource: at('eventSource'),
    AwsRegion: at('awsRegion'),
    RecipientAccountId: at('recipientAccountId'),
    SourceIPAddress: to.notAddress(at('sourceIPAddress')),
    ErrorCode: at('errorCode'),
    ErrorMessage: at('errorMessage'),
    AccessKeyId: at('userIdentity.accessKeyId'),
  },
  parts: consoleSignIn,
};
