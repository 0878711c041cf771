import type * as z from 'zod';

/** One stage's question: what is asked, and the shape the answer must have (see `schema.ts` for what is portable). */
export interface Question<T> {
  /** The stage, 'draft' for instance: names the schema, and is the key among recorded answers. At most 64 of `A-Z a-z 0-9 _ -`. */
  name: string;
  system: string;
  user: string;
  schema: z.ZodType<T>;
  /** Tokens the answer may take, thinking included. Left out: 32,000, or what a compatible server thinks right. */
  maxTokens?: number;
  signal?: AbortSignal;
  /** Called as the answer arrives, with the characters received so far. What it throws ends the question and reaches the caller. */
  onProgress?: (characters: number) => void;
}

export interface Answer<T> {
  value: T;
  /** Tokens as the provider counted them; 0 where it does not say. */
  usage: Usage;
  /** The model that answered, in the provider's words: a dated version of the one asked for, perhaps. */
  model: string;
}

export interface Usage {
  input: number;
  output: number;
}

export interface Model {
  provider: Provider;
  name: string;
  /** Rejects with a `ModelError`, or a `TypeError` when the question itself is wrong. */
  ask<T>(question: Question<T>): Promise<Answer<T>>;
}

export const PROVIDERS = ['anthropic', 'openai', 'compatible', 'recorded'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What a provider says when it has said everything: why it stopped comes before what it wrote. */
export interface Ending {
  /** `cut`: it never said that it had finished. `other`: it stopped for something that nobody asked for, a tool call for instance. */
  stop: 'complete' | 'refused' | 'truncated' | 'cut' | 'other';
  explanation?: string | undefined;
  usage: Usage;
  model: string;
}

/** One request on the wire: yields the answer's text as it arrives. */
export type Wire = (question: Question<unknown>, connection: Connection) => AsyncGenerator<string, Ending>;

export interface Connection {
  signal: AbortSignal;
  /** What both SDKs' clients are made with. A `baseURL` of null is the provider's own, whatever this process's environment says. */
  client: {
    baseURL: string | null;
    fetch: typeof fetch;
    maxRetries: number;
    /** Milliseconds until the first byte of an answer. */
    timeout: number;
    /** The SDKs log requests and broken answers on the console when their variables ask for it: code of private repositories. */
    logLevel: 'off';
  };
}

/** How a model is reached. */
export interface Access {
  /** The model's name, as the provider knows it. */
  name: string;
  apiKey: string;
  baseURL?: string | undefined;
  limits?: Limits;
}

/** Milliseconds, characters of answer text, bytes on the wire. */
export interface Limits {
  /** For one question, retries and waiting included. */
  deadline: number;
  /** Without a byte from the provider. Under the five minutes after which Node's fetch gives up by itself. */
  stall: number;
  characters: number;
  bytes: number;
}

export const LIMITS: Limits = {
  deadline: 15 * 60_000,
  stall: 4 * 60_000,
  characters: 2_000_000,
  bytes: 64_000_000,
};

export const MAX_TOKENS = 32_000;
