/** What a test or a demo can ask of the sync server, in this process or in one of its own. */

/** One write of an uploaded transaction. */
export interface Write {
  readonly op: 'PUT' | 'PATCH' | 'DELETE';
  readonly table: string;
  readonly id: string;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

/** A row that the server refuses for good, in the body of a 4xx answer. */
export interface RefusedRow {
  readonly table: string;
  readonly id: string;
  /** What Postgres calls it, such as `23514`, or `refused` when that was ordered. */
  readonly code: string;
  readonly reason: string;
}

export interface SyncServerOptions {
  /** Makes the tables. Those with an `id` are synced; triggers and checks do what they say. */
  readonly tables: string;
  /** The column that says whose row it is, `owner_id` if not given; a table without is everyone's. */
  readonly ownerColumn?: string;
  /** By table, where it is another one; only the server itself writes a table whose `id` it is. */
  readonly ownerColumns?: Readonly<Record<string, string>>;
  /** By table: 0 comes first, 3 comes last and is the default. */
  readonly priorities?: Readonly<Record<string, 0 | 1 | 2 | 3>>;
  /** Answers streams in BSON where the device accepts that, as the service does; JSON unless told. */
  readonly bson?: boolean;
  /** How often an idle stream says how long its token lasts, in milliseconds: 20,000. */
  readonly keepaliveEvery?: number;
  /** How long a token lasts, in milliseconds: an hour. */
  readonly tokenLifetime?: number;
}

/** What goes wrong with an upload, once unless `times` says otherwise. */
export interface UploadFault {
  /**
   * - `lost-request`: nothing is applied, and no answer comes;
   * - `lost-answer`: applied, but no answer comes;
   * - `twice`: applied twice, as by a proxy that tries again;
   * - `partly`: the first `writes` of it are committed, then the server fails with 500;
   * - `unavailable`: 503, nothing is applied;
   * - `refused`: 422 that names the row, or the first one, and nothing is applied.
   */
  readonly kind: 'lost-request' | 'lost-answer' | 'twice' | 'partly' | 'unavailable' | 'refused';
  readonly times?: number;
  /** Only uploads of this device. */
  readonly device?: string;
  /** Only transactions with this row. */
  readonly row?: { readonly table: string; readonly id: string };
  /** For `partly`: how many writes are committed; 1. */
  readonly writes?: number;
}

/** What goes wrong with a stream, once unless `times` says otherwise. */
export interface StreamFault {
  /**
   * - `cut`: the answer ends after `afterLines` lines of a stream, 0 included;
   * - `torn`: the connection breaks in the middle of the line after these;
   * - `checksum`: a checkpoint names a wrong checksum.
   */
  readonly kind: 'cut' | 'torn' | 'checksum';
  /** For `cut` and `torn`; 1. */
  readonly afterLines?: number;
  readonly times?: number;
  readonly device?: string;
}

/** A request as it came. */
export interface ReceivedRequest {
  readonly seq: number;
  readonly method: string;
  readonly url: string;
  /** Names and values as sent, one header per line. */
  readonly headers: string;
  readonly body: Uint8Array;
}

/** An uploaded transaction as it came, whatever became of it. */
export interface ReceivedUpload {
  readonly device: string;
  readonly owner: string;
  readonly writes: readonly Write[];
}

/** Where a text stands in what was received. */
export interface ReceivedText {
  readonly text: string;
  /** Such as `as it is`, `base64url`, `hex of utf16`. */
  readonly form: string;
  /** The request's place in the order of receipt. */
  readonly seq: number;
  readonly url: string;
}

export interface OpenStream {
  readonly device: string;
  readonly owner: string;
  readonly clientId: string;
  readonly linesSent: number;
}

export type ServerRow = Readonly<Record<string, unknown>>;

export interface SyncServer {
  /** `http://127.0.0.1:…`, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;

  /** Runs one statement of SQL in a transaction; what it changes is synced. */
  query(sql: string, params?: readonly unknown[]): Promise<ServerRow[]>;

  /** Runs any number of statements, which may change tables; devices connect again. */
  migrate(sql: string): Promise<void>;

  /** Every file of Postgres, one behind the other: what somebody who takes the disk would have. */
  disk(): Promise<Uint8Array>;

  /** Every request since the start, in order. */
  received(): Promise<ReceivedRequest[]>;
  /** Searches all of it in every form, for texts of six bytes or more; one hit per request and form. */
  findReceived(texts: readonly string[]): Promise<ReceivedText[]>;
  /** Every uploaded transaction, in order. */
  uploads(): Promise<ReceivedUpload[]>;
  /** How many writes of this row were uploaded. */
  uploadsOf(table: string, id: string): Promise<number>;
  /** How many streams are open, and to whom. */
  streams(): Promise<OpenStream[]>;

  /** Makes uploads fail; faults are taken in the order in which they were added. */
  failUploads(...faults: readonly UploadFault[]): Promise<void>;
  /** Makes streams fail. */
  failStreams(...faults: readonly StreamFault[]): Promise<void>;
  /** Forgets all faults that have not come true. */
  clearFaults(): Promise<void>;
  /** Refuses what a device asks from now on, and breaks its streams. */
  cutOff(device: string): Promise<void>;
  /** Accepts them again. */
  letIn(device: string): Promise<void>;
  /** Ends the tokens given out so far, in mid-stream: of one device, or of all. */
  expireTokens(device?: string): Promise<void>;
  /** Takes all rows of a table from a device, or gives them back. */
  withhold(device: string, table: string, withheld: boolean): Promise<void>;
  /** Keeps write checkpoints back from streams until told otherwise. */
  holdWriteCheckpoints(held: boolean): Promise<void>;

  /** Replaces operations by MOVE and CLEAR, as the service does at night. */
  compact(): Promise<void>;
  /** Sends every row anew under a new operation id. */
  touchAll(): Promise<void>;

  /** Overwrites columns of a row, past the triggers. */
  setColumns(table: string, id: string, columns: ServerRow): Promise<void>;
  /** Adds payloads to a row's `siblings`, past the triggers. */
  addSiblings(table: string, id: string, payloads: readonly string[]): Promise<void>;
  /** Makes a row disappear, past the triggers. */
  dropRow(table: string, id: string): Promise<void>;
  /** Every state that a row has had, from the first. */
  versions(table: string, id: string): Promise<ServerRow[]>;
  /** Serves an earlier state of a row again, negative numbers counted from the end. */
  replay(table: string, id: string, version: number): Promise<void>;
  /**
   * Sends an operation with these fields as they are, such as `object_type`, `object_id` and `data`
   * as JSON text, beside the rows that the owner has in a table.
   */
  forge(table: string, owner: string, fields: object): Promise<void>;
  /** A hostile server is not bound by the checks of its own tables. */
  dropChecks(): Promise<void>;
}
