import type { RawRecord } from '../connector.js';
import type { Columns } from '../windows/actor.js';
import type { Condition, Expression } from '../windows/expression.js';
import type { JsonObject } from '../windows/shape.js';
import type { DocumentScope } from './scope.js';

/** What a document says of a process. */
export interface ProcessMembers {
  readonly guid?: Expression;
  readonly pid?: Expression;
  readonly image?: Expression;
  readonly commandLine?: Expression;
  readonly user?: Expression;
  readonly sid?: Expression;
  readonly logonId?: Expression;
}

/** What a document says of a process that starts. */
export interface StartMembers extends ProcessMembers {
  readonly started?: Expression;
  readonly parentGuid?: Expression;
  readonly parentPid?: Expression;
  readonly parentImage?: Expression;
  readonly integrityLevel?: Expression;
  readonly tokenElevation?: Expression;
  /** `SHA1=…,MD5=…` */
  readonly hashes?: Expression;
  readonly company?: Expression;
  readonly product?: Expression;
  readonly fileVersion?: Expression;
  readonly originalFileName?: Expression;
  readonly description?: Expression;
}

/** What one kind of document becomes. */
export interface DocumentRule {
  /** In the source's own words. */
  readonly event: string;
  readonly table: string;
  /** Without a value for it, the document has no row; tables without the column have none. */
  readonly actionType?: string | Expression;
  /** Others of the event are for the next rule. */
  readonly condition?: Condition;
  readonly actor?: ProcessMembers;
  readonly starts?: StartMembers;
  /** A list of which each element makes a row of its own: the first of them that is there. */
  readonly each?: string | readonly string[];
  readonly columns: Readonly<Record<string, Expression>>;
  readonly additional?: Readonly<Record<string, Expression>>;
  readonly parts?: DocumentParts;
  /** A part has no row where one of a part before it has this among its values. */
  readonly unlessTold?: Expression;
  /** A row has its own time. */
  readonly time?: Expression;
  /** What the row is to others of one logon; none where it is empty. */
  readonly logonStep?: Expression;
  /** Tells a row from all others where the document itself comes again and again. */
  readonly identity?: Expression;
  /** Where the document names no device, the row is of the one that has the row's LocalIP. */
  readonly isOfLocal?: true;
  readonly note?: string;
}

/** What a document tells besides its own row, in rows of another table. */
export interface DocumentParts {
  /** Each a document of its own, where the paths of its rules start. */
  readonly of: (document: JsonObject) => Iterable<JsonObject>;
  /** The first whose condition holds makes the row of a part; without one, it has none. */
  readonly rules: readonly DocumentRule[];
  /** The device that a part names; else it is of the document's. */
  readonly computerOf?: (part: JsonObject) => string | undefined;
  /** Columns of the parts' rows that come from the document's own. */
  readonly shared?: (row: Columns) => Columns;
}

/** An event that is a JSON document. */
export interface SourceDocument {
  readonly document: JsonObject;
  readonly computer: string | undefined;
  /** As ISO text. */
  readonly time: string | undefined;
  /** The source's own name for the event. */
  readonly id: string | undefined;
  /** To try, in their order; the first whose condition holds makes the row. */
  readonly rules: readonly DocumentRule[];
  /** Tells of the same as the document before it, which is counted, or refused, for both. */
  readonly isBesides?: true;
}

/** A kind of documents: how to read them, and what they become. */
export interface DocumentSource {
  readonly name: string;
  /** A record is one document, so that its text tells the event from others. */
  readonly isOneOfRecord: boolean;
  /** The documents of a record; undefined where it has none of this kind. */
  read(record: RawRecord): readonly SourceDocument[] | undefined;
  /** All that its documents may have, for the reference. */
  readonly rules: readonly DocumentRule[];
  /** Paths that every row tells, or that tell nothing of the event. */
  readonly told: readonly string[];
  /** Paths of the device's name, which rows tell that have a device. */
  readonly toldOfDevice?: readonly string[];
  /** Facts of the device that the document is of: columns of DeviceInfo and DeviceNetworkInfo. */
  about?(scope: DocumentScope): Columns;
  /** Addresses of the device. */
  addresses?(scope: DocumentScope): readonly string[];
}
