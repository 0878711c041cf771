import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ANNOTATIONS,
  type FeedbackReply,
  INSTRUCTIONS,
  type Options,
  TOOL_DESCRIPTION,
  TOOL_INPUT_SCHEMA,
  TOOL_NAME,
  type Tool,
} from '../../../dropins/typescript/feedback-tool.ts';
import {
  CLIENT_INFO,
  type Id,
  identityOf,
  isModern,
  isObject,
  type Json,
  METHOD_NOT_FOUND,
  type Message,
  metaOf,
  objectOf,
  readExactly,
  readMessages,
  SERVER_INFO,
} from './message.ts';

const TOOL = {
  name: TOOL_NAME,
  description: TOOL_DESCRIPTION,
  inputSchema: TOOL_INPUT_SCHEMA,
  annotations: ANNOTATIONS,
  _meta: { 'anthropic/alwaysLoad': true },
};

/** A call of one of the server's own tools that was answered, and what is known of who made it. */
export interface AnsweredCall {
  name: string;
  arguments: Json;
  failed: boolean;
  server: string;
  context: Options;
}

export interface ProxyOptions {
  /** Lines with their line feed. */
  toServer(line: Buffer | string): void;
  toClient(line: Buffer | string): void;
  submit(args: Json, server: string, context: Options): Promise<FeedbackReply>;
  /** When the server's tools became known, again after every complete listing. */
  onTools?(tools: Tool[], server: string): void;
  onCall?(call: AnsweredCall): void;
  /** How long the server may take to list its tools before it is left as it is, in milliseconds. */
  patienceMs?: number;
}

export interface Proxy {
  fromClient(line: Buffer): void;
  fromServer(line: Buffer): void;
  /** The server's own tool of this name, as last listed. */
  tool(name: string): Tool | undefined;
  /** Resolves when every report on its way arrived or was given up. */
  settled(): Promise<void>;
}

/** What the answer to a request of the client is looked at for. */
type Expected =
  | { kind: 'greeting'; meta: Json; legacy: boolean }
  | { kind: 'list'; before: Tool[]; meta: Json }
  | { kind: 'call'; name: string; arguments: Json; meta: Json };

/**
 * Between one client and one server, both eras of the protocol: adds the feedback tool to the last page of `tools/list` and
 * the instructions to the greeting, and answers the calls of the tool. Every other line passes byte by byte, in its order. A
 * server with a tool of that name is left as it is; to know that, its tools are listed once before its greeting passes.
 */
export function createProxy(options: ProxyOptions): Proxy {
  const { toServer, toClient } = options;
  const expected = new Map<Id, Expected>();
  const questions = new Map<Id, (answer: Message) => void>();
  const answering = new Map<Id, Promise<void>>();
  const cancelled = new Set<Id>();
  /** The tools on the pages before the one a cursor leads to. */
  const pages = new Map<unknown, Tool[]>();
  let client: Json | undefined;
  let server: Json = {};
  let own: Tool[] | undefined;
  let asking: Promise<void> | undefined;
  /** What the server said while its greeting waits. */
  let held: Buffer[] | undefined;
  let introduced: 'no' | 'by the client' | 'by us' = 'no';

  const isExpected = (message: Message): message is Message & { id: Id } =>
    isAnswer(message) && expected.has(message.id);
  const hasOwn = () => own?.some(({ name }) => name === TOOL_NAME);
  const write = (to: (line: string) => void, message: object) => to(`${JSON.stringify(message)}\n`);
  const nameOfServer = () => (typeof server.name === 'string' ? server.name : '');
  const contextOf = (meta: Json): Options => ({
    serverVersion: typeof server.version === 'string' ? server.version : '',
    tools: own ?? [],
    client: objectOf(meta[CLIENT_INFO] ?? client),
    meta,
  });

  function fromClient(line: Buffer): void {
    const { messages, batch } = readMessages(line);
    const exactly = (message: Message) => ([readExactly(line)].flat()[messages.indexOf(message)] ?? message) as Message;
    const passed = messages.filter((message) =>
      isFeedback(message) ? !takeOver(message, exactly(message), batch) : expect(message),
    );
    if (passed.length === messages.length) toServer(line);
    else if (passed.length) write(toServer, passed.map(exactly));
  }

  /** Remembers what to look for in the answer; false if the message is not for the server. */
  function expect(message: Message): boolean {
    const { id, method } = message;
    const params = objectOf(message.params);
    const meta = metaOf(message);
    if (method === 'notifications/cancelled') {
      const request = params.requestId as Id;
      expected.delete(request);
      if (answering.has(request)) cancelled.add(request);
      return !answering.has(request);
    }
    if (method === 'notifications/initialized') {
      const told = introduced === 'by us';
      introduced = 'by the client';
      return !told;
    }
    if (id === undefined || method === undefined) return true;
    if (method === 'initialize') {
      client = objectOf(params.clientInfo);
      own = undefined;
      introduced = 'no';
    }
    if (method === 'initialize' || method === 'server/discover') {
      expected.set(id, { kind: 'greeting', meta, legacy: method === 'initialize' });
    } else if (method === 'tools/list') {
      expected.set(id, { kind: 'list', before: pages.get(params.cursor) ?? [], meta });
    } else if (method === 'tools/call' && options.onCall) {
      expected.set(id, { kind: 'call', name: String(params.name), arguments: objectOf(params.arguments), meta });
    }
    return true;
  }

  /** False if the call is for a tool of the server's own; while that is not known, the call waits. */
  function takeOver(message: Message, exact: Message, batch: boolean): boolean {
    const id = message.id as Id;
    if (hasOwn()) return false;
    const work = async () => {
      if (!own) await ask(metaOf(message));
      if (cancelled.delete(id)) return;
      if (!own || hasOwn()) return write(toServer, batch ? [exact] : exact);
      const reply = await submit(message);
      if (cancelled.delete(id)) return;
      const answer = { jsonrpc: '2.0', id: exact.id, result: reply };
      write(toClient, batch ? [answer] : answer);
    };
    const done = work().finally(() => answering.delete(id));
    answering.set(id, done);
    return true;
  }

  async function submit(message: Message): Promise<Json> {
    const meta = metaOf(message);
    const args = objectOf(objectOf(message.params).arguments);
    const { text, structured, isError } = await options.submit(args, nameOfServer(), contextOf(meta));
    const result = { content: [{ type: 'text', text }], structuredContent: structured, isError };
    return isModern(meta) ? { _meta: { [SERVER_INFO]: server }, resultType: 'complete', ...result } : result;
  }

  function fromServer(line: Buffer): void {
    if (!expected.size && !questions.size && !held) {
      toClient(line);
      return;
    }
    const { messages } = readMessages(line);
    const [first] = messages;
    if (first && isAnswer(first) && questions.has(first.id)) {
      questions.get(first.id)?.(first);
      questions.delete(first.id);
    } else if (held) held.push(line);
    else pass(line, messages);
  }

  /** On to the client, changed if it is the answer to something we add to. */
  function pass(line: Buffer, messages: Message[]): void {
    const exact = messages.some(isExpected) ? readExactly(line) : undefined;
    const list = [exact].flat() as Message[];
    let changed = false;
    for (const [index, message] of messages.entries()) {
      const wanted = isExpected(message) ? expected.get(message.id) : undefined;
      const target = list[index];
      if (!wanted || !target) continue;
      if (wanted.kind === 'greeting' && !isGreeted(message, wanted)) {
        greetLater(line, message, wanted);
        return;
      }
      expected.delete(message.id as Id);
      if (wanted.kind === 'greeting') changed = (isObject(message.result) && amendGreeting(target)) || changed;
      else if (wanted.kind === 'list') changed = amendList(message, target, wanted) || changed;
      else told(message, wanted);
    }
    if (changed) write(toClient, exact as object);
    else toClient(line);
  }

  /** True when all is known that the greeting depends on. */
  function isGreeted({ result }: Message, { legacy }: Expected & { kind: 'greeting' }): boolean {
    if (!isObject(result)) return true;
    if (legacy) server = objectOf(result.serverInfo);
    meet(result);
    if (!own && !objectOf(result.capabilities).tools) learn([]);
    return own !== undefined;
  }

  /** In the modern era any result may say whose it is. */
  function meet(result: Json | undefined): void {
    const info = objectOf(result?._meta)[SERVER_INFO];
    if (info !== undefined) server = objectOf(info);
  }

  /** Everything the server says waits behind its greeting, so that the client hears it in order. */
  function greetLater(line: Buffer, { id }: Message, { meta, legacy }: Expected & { kind: 'greeting' }): void {
    held = [];
    if (legacy && introduced === 'no') {
      // Many servers list nothing before they were told this; the client's own is dropped.
      write(toServer, { jsonrpc: '2.0', method: 'notifications/initialized' });
      introduced = 'by us';
    }
    void ask(meta).then(() => {
      const waiting = held ?? [];
      held = undefined;
      expected.delete(id as Id);
      const exact = objectOf(readExactly(line));
      if (own && amendGreeting(exact as Message)) write(toClient, exact);
      else toClient(line);
      for (const next of waiting) fromServer(next);
    });
  }

  function amendGreeting({ result }: Message): boolean {
    if (!result || hasOwn()) return false;
    const given = typeof result.instructions === 'string' ? result.instructions : '';
    if (!given.includes(INSTRUCTIONS)) result.instructions = given ? `${given}\n\n${INSTRUCTIONS}` : INSTRUCTIONS;
    result.capabilities = { ...objectOf(result.capabilities) };
    (result.capabilities as Json).tools ??= {};
    return true;
  }

  function amendList(message: Message, target: Message, { before, meta }: Expected & { kind: 'list' }): boolean {
    if (message.error?.code === METHOD_NOT_FOUND && !own?.length) {
      own = [];
      const modern = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
      target.result = { ...(isModern(meta) ? modern : {}), tools: [TOOL] };
      delete target.error;
      return true;
    }
    const { tools, nextCursor } = objectOf(message.result);
    meet(message.result);
    if (!Array.isArray(tools)) return false;
    const known = [...before, ...(tools as Tool[])];
    if (typeof nextCursor === 'string' && nextCursor) {
      if (pages.size >= 100) pages.clear();
      pages.set(nextCursor, known);
      return false;
    }
    learn(known);
    if (hasOwn()) return false;
    target.result = { ...target.result, tools: [...((target.result?.tools as unknown[] | undefined) ?? []), TOOL] };
    return true;
  }

  function learn(tools: Tool[]): void {
    own = tools.filter((tool) => typeof objectOf(tool).name === 'string');
    options.onTools?.(own, nameOfServer());
  }

  function told({ error, result }: Message, call: Expected & { kind: 'call' }): void {
    const failed = error !== undefined || result?.isError === true;
    const context = contextOf(call.meta);
    options.onCall?.({ name: call.name, arguments: call.arguments, failed, server: nameOfServer(), context });
  }

  /** Lists the server's tools with requests of our own; `own` stays unknown if it does not answer in time. */
  function ask(meta: Json): Promise<void> {
    if (asking) return asking;
    const question = (cursor: unknown) =>
      new Promise<Message>((resolve) => {
        const id = `patchworkmcp-${randomUUID()}`;
        const identity = identityOf(meta);
        const params = { ...(cursor ? { cursor } : {}), ...(isModern(meta) ? { _meta: identity } : {}) };
        questions.set(id, resolve);
        write(toServer, { jsonrpc: '2.0', id, method: 'tools/list', params });
      });
    const all = async () => {
      const tools: Tool[] = [];
      for (let cursor: unknown, page = 0; page < 100; page++) {
        const { result, error } = await question(cursor);
        meet(result);
        if (error?.code === METHOD_NOT_FOUND) return learn([]);
        if (!Array.isArray(result?.tools)) return;
        tools.push(...(result.tools as Tool[]));
        cursor = result.nextCursor;
        if (!cursor) return learn(tools);
      }
    };
    const over = new AbortController();
    const patience = sleep(options.patienceMs ?? 2000, undefined, { signal: over.signal, ref: false }).catch(() => {});
    asking = Promise.race([all(), patience]).finally(() => {
      asking = undefined;
      over.abort();
    });
    return asking;
  }

  return {
    fromClient,
    fromServer,
    tool: (name) => own?.find((tool) => tool.name === name),
    settled: async () => void (await Promise.allSettled(answering.values())),
  };
}

const isFeedback = ({ id, method, params }: Message) =>
  id !== undefined && method === 'tools/call' && objectOf(params).name === TOOL_NAME;

const isAnswer = (message: Message): message is Message & { id: Id } =>
  message.id !== undefined && message.method === undefined;
