import { parseKeys } from '#lib/sealing/key-text.ts';

/** Configuration: each variable of the environment is declared once, with its meaning; docs/configure.md is made of that. */

/** One variable of the environment. */
export interface Variable<T> {
  readonly name: string;
  /** What it does, for operators, in one or two sentences. */
  readonly doc: string;
  /** What is expected, such as `a port, 0 to 65535`. */
  readonly expects: string;
  /** Shown in the docs; absent where the variable may stay unset without a default. */
  readonly fallback?: string;
  /** Never shown or logged. */
  readonly secret: boolean;
  /** The value, or a `Fault`. `text` is undefined where the variable is unset or empty and has no default. */
  readonly parse: (text: string | undefined) => T | Fault;
}

/** Why a value cannot be used. */
export class Fault {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

/** What is wrong with one variable of an environment. */
export interface ConfigFault {
  readonly variable: string;
  readonly problem: string;
}

const TOGETHER: unique symbol = Symbol('together');

/** Variables that are read together, by the names that their values go by. */
export type Variables = Record<string, Variable<unknown>> & { readonly [TOGETHER]?: readonly Rule[] };

/** The values of declared variables. */
export type ConfigOf<V extends Variables> = {
  readonly [K in Extract<keyof V, string>]: V[K] extends Variable<infer T> ? T : never;
};

interface Rule {
  readonly of: readonly string[];
  readonly check: (config: never) => readonly ConfigFault[];
}

/**
 * Variables with a rule for what no single one of them shows. The rule is asked when those that it is about are right in themselves, so that its
 * faults come at once with those of all others.
 */
export function together<const V extends Variables, K extends Extract<keyof V, string>>(
  variables: V,
  of: readonly K[],
  check: (config: Pick<ConfigOf<V>, K>) => readonly ConfigFault[],
): V {
  return { ...variables, [TOGETHER]: [...(variables[TOGETHER] ?? []), { of, check }] };
}

/** Every fault of an environment, at once. The message has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
    this.faults = faults;
  }
}

/** Reads declared variables. Throws `ConfigError`. */
export function readConfig<V extends Variables>(
  variables: V,
  env: Readonly<Record<string, string | undefined>>,
): ConfigOf<V> {
  const faults: ConfigFault[] = [];
  const config: Record<string, unknown> = {};
  for (const [field, variable] of Object.entries<Variable<unknown>>(variables)) {
    const given = env[variable.name];
    const value = variable.parse(given === undefined || given === '' ? variable.fallback : given);
    if (value instanceof Fault) faults.push({ variable: variable.name, problem: value.problem });
    else config[field] = value;
  }
  for (const { of, check } of variables[TOGETHER] ?? []) {
    if (of.every((field) => field in config)) faults.push(...check(config as never));
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config as ConfigOf<V>;
}

/** The faults of several groups of variables, each once. */
export function faultsOf(
  groups: readonly Variables[],
  env: Readonly<Record<string, string | undefined>>,
): readonly ConfigFault[] {
  const faults = groups.flatMap((variables) => {
    try {
      readConfig(variables, env);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.faults;
      throw error;
    }
  });
  return [...new Map(faults.map((fault) => [`${fault.variable} ${fault.problem}`, fault])).values()];
}

/** Reads several groups of variables. Throws `ConfigError` with the faults of all at once. */
export function checkConfig(groups: readonly Variables[], env: Readonly<Record<string, string | undefined>>): void {
  const faults = faultsOf(groups, env);
  if (faults.length > 0) throw new ConfigError(faults);
}

interface Declaration {
  readonly doc: string;
  readonly fallback?: string;
  readonly secret?: boolean;
}

type Given<D, T> = D extends { fallback: string } ? T : T | undefined;

/** Any text. */
export function text<const D extends Declaration>(name: string, declared: D): Variable<Given<D, string>> {
  return declare(name, declared, 'text', (value) => value);
}

/** A name of a certain form; `characters` says which. */
export function name<const D extends Declaration>(
  variable: string,
  form: RegExp,
  characters: string,
  declared: D,
): Variable<Given<D, string>> {
  return declare(variable, declared, characters, (value) =>
    form.test(value) ? value : refuse(value, declared, characters),
  );
}

/** Several values of a form, separated by commas; each once. `characters` says what is expected. */
export function list<const D extends Declaration>(
  variable: string,
  form: RegExp,
  characters: string,
  declared: D,
): Variable<Given<D, readonly string[]>> {
  return declare(variable, declared, characters, (value) => {
    const given = value.split(',').map((part) => part.trim());
    const bad = given.find((part) => !form.test(part));
    return bad === undefined ? [...new Set(given)] : refuse(bad, declared, characters);
  });
}

/** A whole number within bounds, `min` and `max` included. */
export function integer<const D extends Declaration>(
  name: string,
  min: number,
  max: number,
  declared: D,
): Variable<Given<D, number>> {
  const expects = `a whole number, ${min} to ${max}`;
  return declare(name, declared, expects, (value) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= min && number <= max ? number : refuse(value, declared, expects);
  });
}

/** A span of time such as `250ms`, `30s`, `5m` or `2h`, in milliseconds. */
export function duration<const D extends Declaration>(name: string, declared: D): Variable<Given<D, number>> {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const expects = 'a span of time such as 250ms, 30s, 5m or 2h';
  return declare(name, declared, expects, (value) => {
    const match = /^(\d+)(ms|s|m|h)$/.exec(value);
    return match ? Number(match[1]) * (units[match[2] as string] as number) : refuse(value, declared, expects);
  });
}

/** An amount of memory such as `256MiB`, in bytes. */
export function bytes<const D extends Declaration>(name: string, declared: D): Variable<Given<D, number>> {
  const units: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
  const expects = 'an amount such as 512KiB, 256MiB or 1GiB';
  return declare(name, declared, expects, (value) => {
    const match = /^(\d+)(KiB|MiB|GiB)$/.exec(value);
    return match ? Number(match[1]) * (units[match[2] as string] as number) : refuse(value, declared, expects);
  });
}

/** One of a few words. */
export function choice<const C extends readonly string[], const D extends Declaration>(
  name: string,
  choices: C,
  declared: D,
): Variable<Given<D, C[number]>> {
  const expects = `one of: ${choices.join(', ')}`;
  return declare(name, declared, expects, (value) =>
    choices.includes(value) ? value : refuse(value, declared, expects),
  );
}

/** The address of a server: `http:` or `https:`. Plain http is taken for loopback only, unless `plain` allows it. */
export function url<const D extends Declaration & { readonly plain?: 'anywhere' | 'loopback' }>(
  name: string,
  declared: D,
): Variable<Given<D, string>> {
  const expects =
    declared.plain === 'anywhere' ? 'an http(s) address' : 'an https address (plain http on loopback only)';
  return declare(name, declared, expects, (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const plainAllowed = declared.plain === 'anywhere' || (parsed !== undefined && isLoopback(parsed.hostname));
    const fits = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && plainAllowed);
    return fits ? value.replace(/\/+$/, '') : refuse(value, declared, expects);
  });
}

/** Where a server is found, by a URL of one of the given schemes. It may hold a password: it is never shown. */
export function connection<const D extends Declaration>(
  name: string,
  schemes: readonly string[],
  declared: D,
): Variable<Given<D, string>> {
  const expects = `an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return declare(name, { ...declared, secret: true }, expects, (value) => {
    const fits = schemes.some((scheme) => value.startsWith(`${scheme}://`) && value.length > scheme.length + 3);
    return fits ? value : new Fault(`must be ${expects}`);
  }) as Variable<Given<D, string>>;
}

/** Keys to seal secrets with, the newest first. Never shown. */
export function secretKeys<const D extends Declaration>(name: string, declared: D): Variable<Given<D, string>> {
  const expects = 'keys of 32 bytes in base64, with commas between them';
  const secret = { ...declared, secret: true };
  const parse = (value: string) => (parseKeys(value) === undefined ? refuse(value, secret, expects) : value);
  return declare(name, secret, expects, parse) as Variable<Given<D, string>>;
}

const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/;

/** `host:port`; a port of 0 asks for a free one. */
export function address<const D extends Declaration>(name: string, declared: D): Variable<Given<D, string>> {
  const expects = 'host:port';
  return declare(name, declared, expects, (value) => (isAddress(value) ? value : refuse(value, declared, expects)));
}

/** Where a service is found: `host:port`, several with commas between them. The value has no blanks. */
export function addresses<const D extends Declaration>(name: string, declared: D): Variable<Given<D, string>> {
  const expects = 'host:port, or several separated by commas';
  return declare(name, declared, expects, (value) => {
    const given = value.split(',').map((part) => part.trim());
    const bad = given.find((part) => !isAddress(part));
    return bad === undefined ? [...new Set(given)].join(',') : refuse(bad, declared, expects);
  });
}

function isAddress(value: string): boolean {
  const match = ADDRESS.exec(value);
  return match !== null && Number(match[2]) <= 65_535;
}

/** `true` or `false`. */
export function flag<const D extends Declaration & { readonly fallback: 'true' | 'false' }>(
  name: string,
  declared: D,
): Variable<boolean> {
  return declare(name, declared, 'true or false', (value) => {
    if (value === 'true') return true;
    return value === 'false' ? false : refuse(value, declared, 'true or false');
  });
}

/** True for names and addresses of this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function declare<T, D extends Declaration>(
  name: string,
  declared: D,
  expects: string,
  parse: (value: string) => T | Fault,
): Variable<Given<D, T>> {
  return {
    name,
    doc: declared.doc,
    expects,
    secret: declared.secret ?? false,
    ...(declared.fallback === undefined ? {} : { fallback: declared.fallback }),
    parse: (value) => (value === undefined ? undefined : parse(value)) as Given<D, T> | Fault,
  };
}

/** A fault that shows the value, unless it is a secret. */
function refuse(value: string, declared: Declaration, expects: string): Fault {
  const shown = declared.secret ? '' : ` (it is ${JSON.stringify(value.slice(0, 100))})`;
  return new Fault(`must be ${expects}${shown}`);
}
