/** What a MongoDB URL says. */
export interface MongoAddress {
  /** For the driver: without the path, so that users are looked up in `admin` unless the URL names an `authSource`. */
  readonly url: string;
  /** For people: the hosts, without user and password. */
  readonly hosts: string;
  /** Begins the names of the databases. */
  readonly prefix: string;
  /** Names of the options in the URL, in lower case. */
  readonly options: ReadonlySet<string>;
}

const DEFAULT_PREFIX = 'otvet';
const FORM = /^(mongodb(?:\+srv)?:\/\/)((?:[^@/?]*@)?)([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;
/** What MongoDB takes in names of databases everywhere, and short enough for a service's name behind it. */
const PREFIX = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** Takes a URL apart. Throws `TypeError`, which says what is wrong and shows nothing of the URL. */
export function parseMongoUrl(text: string): MongoAddress {
  const match = FORM.exec(text);
  if (match === null) {
    throw new TypeError(
      'must have the form mongodb://user:password@host:port/prefix?options (with %40 for @ in a password)',
    );
  }
  const [, scheme, user, hosts, path = '', query = ''] = match as unknown as [
    string,
    string,
    string,
    string,
    string?,
    string?,
  ];
  const prefix = path === '' ? DEFAULT_PREFIX : path;
  if (!PREFIX.test(prefix)) {
    throw new TypeError('its path begins the names of databases: up to 32 letters, digits, _ and -, a letter first');
  }
  const options = new Set(query.split('&').map((option) => option.split('=', 1)[0]?.toLowerCase() ?? ''));
  if (options.has('timeoutms')) throw new TypeError('takes no timeoutMS: the time limits are set by Otvet');
  return { url: `${scheme}${user}${hosts}/${query === '' ? '' : `?${query}`}`, hosts, prefix, options };
}
