// A worker for Ticktock: runs Tasks of some types for a server, until it is drained.
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { BlobReference, ExecutionError, PolicyTelemetry } from "./generated/ticktock/v1/common.js";
import {
  ConnectRequest,
  ConnectResponse,
  HeldTask,
  TaskAssignment,
  TaskCompletion,
  WorkerServiceClient,
} from "./generated/ticktock/v1/worker.js";

const MESSAGE_BYTES = 4 << 20;
const RESULT_BYTES = MESSAGE_BYTES - (64 << 10);
const BATCH_BYTES = 1 << 20;
const BATCH_TASKS = 1_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 3_000;
const WELCOME_MS = 10_000;
const TICK_MS = 100;
const REFUSALS = [
  grpc.status.UNAUTHENTICATED,
  grpc.status.PERMISSION_DENIED,
  grpc.status.INVALID_ARGUMENT,
  grpc.status.UNIMPLEMENTED,
];
const CHANNEL = {
  "grpc.max_receive_message_length": 2 * MESSAGE_BYTES,
  // Tells a connection that is lost from a server that has nothing to say.
  "grpc.keepalive_time_ms": 5_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

export type Handler = (task: Task) => Promise<unknown>;

/** Fails an attempt with a code of its own. */
export class TaskError extends Error {
  constructor(readonly code: string, message: string, readonly retryable = false) {
    super(message);
  }
}

/** What a handler gets. `signal` tells that the result is not wanted any more. */
export class Task {
  readonly telemetry = PolicyTelemetry.create();

  constructor(
    readonly assignment: TaskAssignment,
    readonly signal: AbortSignal,
    private readonly fetchBlob: (blob: BlobReference, signal: AbortSignal) => Promise<Buffer>,
  ) {}

  get settings(): Record<string, unknown> {
    return JSON.parse(this.assignment.settings.toString() || "{}");
  }

  async input(): Promise<unknown> {
    const payload = this.assignment.input;
    const content = payload?.content;
    const bytes =
      content?.$case === "blob" ? await this.fetchBlob(content.value, this.signal) : (content?.value ?? Buffer.alloc(0));
    return ["", "application/json"].includes(payload?.mediaType ?? "") ? JSON.parse(bytes.toString() || "null") : bytes;
  }
}

/** An attempt in hand, until its completion is acknowledged. */
interface Held {
  token: Buffer;
  lifetimeId: string;
  heartbeatTimeoutMs: number;
  stop: AbortController;
  completion?: TaskCompletion;
}

export class Worker {
  private readonly held = new Map<string, Held>();
  private readonly unsent = new Set<Held>();
  private readonly workerId: string;
  private readonly capacity: number;
  private readonly apiKey: string;
  private stream?: grpc.ClientDuplexStream<ConnectRequest, ConnectResponse>;
  private draining = false;
  private welcomed = false;
  private flushing = false;
  private heardAt = 0;

  constructor(
    private readonly url: string,
    private readonly handlers: Record<string, Handler>,
    options: { apiKey?: string; capacity?: number; workerId?: string } = {},
  ) {
    this.workerId = options.workerId ?? `typescript-${randomUUID()}`;
    this.capacity = options.capacity ?? 64;
    this.apiKey = options.apiKey ?? "";
  }

  /** Takes nothing more; run() is done when the last completion is acknowledged. */
  drain(): void {
    this.draining = true;
    this.say({ $case: "drain", value: {} });
    this.endIfDrained();
  }

  /** Runs Tasks, and connects again as often as it must. Throws when the server refuses the worker. */
  async run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!(this.draining && this.held.size === 0)) {
      const started = performance.now();
      const end = await this.converse();
      if (REFUSALS.includes(end.code) && !this.welcomed) {
        throw new Error(`${this.url} refuses this worker: ${end.details}`);
      }
      if (end.code !== grpc.status.OK) {
        console.error(`no stream to ${this.url}: ${end.details}`);
      }
      if (performance.now() - started > LONGEST_RETRY_MS) {
        retryMs = FIRST_RETRY_MS;
      }
      await sleep(retryMs * (0.5 + Math.random() / 2));
      retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
    }
  }

  /** One stream, from hello to its end. */
  private async converse(): Promise<grpc.StatusObject> {
    const { protocol, host } = new URL(this.url);
    const credentials = protocol === "https:" ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
    const client = new WorkerServiceClient(host, credentials, CHANNEL);
    const metadata = new grpc.Metadata();
    if (this.apiKey !== "") {
      metadata.set("authorization", `Bearer ${this.apiKey}`);
    }
    const stream = client.connect(metadata);
    const held: HeldTask[] = [...this.held].map(([execId, { token, lifetimeId }]) => ({ execId, token, lifetimeId }));
    const taskTypes = Object.keys(this.handlers);
    const hello = { workerId: this.workerId, taskTypes, capacity: this.capacity, held };
    const late = setTimeout(() => stream.cancel(), WELCOME_MS);
    let heartbeats: NodeJS.Timeout | undefined;
    stream.on("data", ({ message }: ConnectResponse) => {
      if (message?.$case === "welcome") {
        clearTimeout(late);
        const longestMs = message.value.heartbeatIntervalMs;
        heartbeats = setInterval(() => this.sayHeartbeatIfDue(longestMs), TICK_MS);
        this.begin(stream);
      }
      this.receive(message);
    });
    stream.on("error", () => {}); // Its status says the same.
    const ended = new Promise<grpc.StatusObject>((resolve) => stream.on("status", resolve));
    stream.write({ message: { $case: "hello", value: hello } });
    const status = await ended;
    this.stream = undefined;
    clearTimeout(late);
    clearInterval(heartbeats);
    client.close();
    return status;
  }

  /** Whatever is not acknowledged is said again. */
  private begin(stream: grpc.ClientDuplexStream<ConnectRequest, ConnectResponse>): void {
    console.error(`connected to ${this.url} as ${this.workerId}, with ${this.held.size} in hand`);
    this.welcomed = true;
    this.stream = stream;
    [...this.held.values()].filter(({ completion }) => completion).forEach((held) => this.unsent.add(held));
    if (this.draining) {
      this.say({ $case: "drain", value: {} });
    }
    this.flush();
  }

  private say(message: ConnectRequest["message"]): void {
    this.stream?.write({ message });
  }

  /** The server names the longest time, and what is in hand may want more. */
  private sayHeartbeatIfDue(longestMs: number): void {
    const wanted = [...this.held.values()].map((held) => held.heartbeatTimeoutMs / 3 || Infinity);
    if (performance.now() - this.heardAt >= Math.min(longestMs, ...wanted)) {
      this.heardAt = performance.now();
      this.say({ $case: "heartbeat", value: { execIds: [...this.held.keys()] } });
    }
  }

  private receive(message: ConnectResponse["message"]): void {
    if (message?.$case === "assignments") {
      message.value.assignments.forEach((assignment) => this.take(assignment));
    } else if (message?.$case === "acknowledgements") {
      message.value.acknowledgements.forEach((task) => this.forget(task));
    } else if (message?.$case === "cancellations") {
      message.value.tasks.forEach((task) => this.forget(task));
    }
    this.endIfDrained();
  }

  private take(assignment: TaskAssignment): void {
    const known = this.held.get(assignment.execId);
    if (known) {
      // It runs already, or has run: only its token is new.
      known.token = assignment.token;
      this.ended(known);
    } else if (this.held.size < this.capacity) {
      const { token, lifetimeId, heartbeatTimeoutMs } = assignment;
      const held = { token, lifetimeId, heartbeatTimeoutMs, stop: new AbortController() };
      this.held.set(assignment.execId, held);
      void this.work(assignment, held);
    } // Else, without heartbeats from here, the server gives it to another.
  }

  private forget(task: { execId: string; token: Buffer; reason?: string }): void {
    const held = this.held.get(task.execId);
    if (held && (task.token.length === 0 || held.token.equals(task.token))) {
      this.held.delete(task.execId);
      this.unsent.delete(held);
      held.stop.abort();
      if (task.reason) {
        console.error(`${task.execId} was not recorded: ${task.reason}`);
      }
    }
  }

  private async work(assignment: TaskAssignment, held: Held): Promise<void> {
    const task = new Task(assignment, held.stop.signal, (blob, signal) => this.fetchBlob(blob, signal));
    let outcome: TaskCompletion["outcome"];
    try {
      const work = this.handlers[assignment.taskType](task);
      const json = JSON.stringify((await within(assignment.timeoutMs, work, held.stop)) ?? null);
      const inline = Buffer.from(json);
      if (inline.length > RESULT_BYTES) {
        throw new TaskError("result_too_large", `a worker's result has at most ${RESULT_BYTES} bytes`);
      }
      outcome = { $case: "result", value: { mediaType: "", content: { $case: "inline", value: inline } } };
    } catch (failure) {
      outcome = { $case: "error", value: error(failure) };
    }
    held.completion = { execId: assignment.execId, token: held.token, outcome, telemetry: task.telemetry };
    if (this.held.get(assignment.execId) === held) {
      this.ended(held);
    }
  }

  private ended(held: Held): void {
    if (held.completion) {
      this.unsent.add(held);
      if (!this.flushing) {
        this.flushing = true;
        setImmediate(() => this.flush()); // One message for all that end in this turn.
      }
    }
  }

  private flush(): void {
    this.flushing = false;
    while (this.stream && this.unsent.size > 0) {
      const completions: TaskCompletion[] = [];
      let bytes = 0;
      for (const held of this.unsent) {
        const completion = { ...held.completion!, token: held.token };
        bytes += sizeOf(completion);
        if (completions.length === BATCH_TASKS || (bytes > BATCH_BYTES && completions.length > 0)) {
          break;
        }
        completions.push(completion);
        this.unsent.delete(held);
      }
      this.say({ $case: "completions", value: { completions } });
    }
  }

  private endIfDrained(): void {
    if (this.draining && this.held.size === 0) {
      this.stream?.end();
    }
  }

  private async fetchBlob(blob: BlobReference, signal: AbortSignal): Promise<Buffer> {
    const headers: Record<string, string> = this.apiKey === "" ? {} : { authorization: `Bearer ${this.apiKey}` };
    const response = await fetch(`${this.url}/v1/blobs/${blob.sha256.toString("hex")}`, { headers, signal });
    const content = Buffer.from(await response.arrayBuffer());
    if (!response.ok || !createHash("sha256").update(content).digest().equals(blob.sha256)) {
      throw new TaskError("blob_unavailable", `the input could not be fetched: ${response.status}`, true);
    }
    return content;
  }
}

/** What the work gives, or a failure after this time; 0 is for ever. */
async function within<T>(timeoutMs: number, work: Promise<T>, stop: AbortController): Promise<T> {
  if (timeoutMs === 0) {
    return work;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stop.abort();
      reject(new TaskError("timed_out", `no result after ${timeoutMs / 1_000} s`, true));
    }, timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** About how many bytes it takes in a message. */
function sizeOf({ outcome }: TaskCompletion): number {
  return 1_000 + (outcome?.$case === "result" ? (outcome.value.content?.value as Buffer).length : 0);
}

function error(failure: unknown): ExecutionError {
  if (failure instanceof TaskError) {
    const { code, message, retryable } = failure;
    return ExecutionError.create({ code, message: message.slice(0, 2_000), retryable });
  }
  console.error("the handler failed", failure);
  return ExecutionError.create({ code: "handler_failed", message: `the handler threw ${failure}`.slice(0, 2_000), retryable: true });
}
