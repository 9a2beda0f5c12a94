import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type ChannelOptions, experimental, Metadata, status } from '@grpc/grpc-js';

/** Tells which IP addresses names stand for. */
export interface NameService {
  /** Those of now. Rejects where there are none. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** How often it is asked again, in milliseconds: so soon a new replica gets calls while all others are well. */
  readonly askEveryMs: number;
}

/** The option of a channel that holds its `NameService`. */
export const NAMES_OPTION = 'otvet.names';

/** What the system knows, `/etc/hosts` included. */
export const systemNames: NameService = {
  addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  askEveryMs: 5_000,
};

const SCHEME = 'otvet';
/** The shortest time between two lookups, however many connections broke, and from a failed one to the next. */
const LEAST_PAUSE_MS = 500;

/** The target of a channel to all of the given addresses: `host:port`, several with commas. */
export function targetOf(addresses: string): string {
  experimental.registerResolver(SCHEME, AddressResolver);
  return `${SCHEME}:${addresses}`;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

type Listener = experimental.ResolverListener;

/**
 * Resolves a list of addresses, names and IP addresses mixed, and follows what the names stand for while the channel is
 * in use. grpc-js's own resolver takes one name, and asks again only after a connection broke. A name that cannot be
 * resolved for a while keeps what it stood for last: a broken name service must not break connections that work.
 */
class AddressResolver implements experimental.Resolver {
  readonly #places: readonly Place[];
  readonly #names: NameService;
  readonly #listener: Listener;
  readonly #known = new Map<string, readonly string[]>();
  #told: string | undefined;
  #asking: object | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: experimental.GrpcUri, listener: Listener, options: ChannelOptions) {
    this.#places = placesOf(target.path);
    this.#names = options[NAMES_OPTION] ?? systemNames;
    this.#listener = listener;
  }

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path.split(',')[0] as string;
  }

  updateResolution(): void {
    if (this.#asking) return;
    const pauseMs = this.#askedAt + LEAST_PAUSE_MS - performance.now();
    if (pauseMs > 0) this.#askIn(pauseMs);
    else void this.#ask();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#asking = undefined;
    this.#told = undefined;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  #askIn(pauseMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), pauseMs).unref();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const asking = {};
    this.#asking = asking;
    const names = [...new Set(this.#places.map(({ host }) => host))].filter((host) => isIP(host) === 0);
    const answers = await Promise.allSettled(names.map((name) => this.#names.addressesOf(name)));
    // Destroyed meanwhile, or begun anew.
    if (this.#asking !== asking) return;
    this.#asking = undefined;
    this.#askedAt = performance.now();
    for (const [i, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') this.#known.set(names[i] as string, answer.value);
    }
    const well = answers.every((answer) => answer.status === 'fulfilled');
    if (names.length > 0) this.#askIn(well ? this.#names.askEveryMs : LEAST_PAUSE_MS * 2);
    this.#tell();
  }

  /** Only what is new: each list makes the channel arrange its connections again. */
  #tell(): void {
    const found = new Map<string, Place>();
    for (const { host, port } of this.#places) {
      const addresses = isIP(host) === 0 ? (this.#known.get(host) ?? []) : [host];
      for (const address of addresses) found.set(`${address} ${port}`, { host: address, port });
    }
    const list = [...found.keys()].sort().join(', ');
    if (list === '') {
      const error = { code: status.UNAVAILABLE, details: 'no address is known', metadata: new Metadata() };
      this.#listener(experimental.statusOrFromError(error), {}, null, '');
    } else if (list !== this.#told) {
      this.#told = list;
      const endpoints = [...found.values()].map((place) => ({ addresses: [place] }));
      this.#listener(experimental.statusOrFromValue(endpoints), {}, null, '');
    }
  }
}

function placesOf(addresses: string): Place[] {
  return addresses.split(',').map((address) => {
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
  });
}
