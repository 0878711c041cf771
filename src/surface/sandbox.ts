import type { Isolation } from './isolate.ts';
import type { Tools } from './tools.ts';

/** The folders of one run, on the host. */
export interface Place {
  /** An empty folder that the sandbox uses as a mount point. */
  root: string;
  /** The server's files, writable. */
  tree: string;
  /** What package managers fetched and the base's build made, for all runs of a replay. */
  cache: string;
  /** What other runs write to the cache, so that none reads what the code of another side left. */
  changes: string;
  /** What the run has as `/tmp` where it has a root of its own. */
  tmp: string;
  /** Home of the run where the system has no private one. */
  home: string;
  /** Scripts and fake commands of ours, read-only. */
  kit: string;
  /** Where the socket to a server that speaks HTTP lies, writable. */
  door: string;
  /** A `node_modules` folder beside the tree, for a server that has none of its own. */
  modules?: string | undefined;
}

/** What a command inside sees of the place. */
export type View = Pick<Place, 'tree' | 'cache' | 'home' | 'kit' | 'door'>;

export interface Command {
  command: string;
  args: string[];
  /** Below the tree, `.` for itself. */
  cwd: string;
  env: Record<string, string>;
  /** Whether it may use the host's network. */
  network: boolean;
  /** Names that lead to loopback, where ports below 1024 are free for all; only in a network and a root of its own. */
  hosts?: string[] | undefined;
  /** Whether what it leaves in the cache is there for all later runs of the replay, or only for those of its own place. */
  keepsCache: boolean;
}

/** A command line that runs a command in its enclosure, to be started with exactly this environment. */
export interface Enclosed {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Whether nothing of it is left once this process has ended. */
  takesAll: boolean;
}

const INSIDE: View = {
  tree: '/srv/tree',
  cache: '/srv/cache',
  home: '/home/server',
  kit: '/srv/kit',
  door: '/srv/door',
};

/** The user of a run that root starts: no service has this id, so limits on processes count the run's alone. */
export const RUN_AS = 61_184;

/** The script's exit status when the sandbox could not be made: nothing of the server has run then. */
export const NO_SANDBOX = 97;

export function viewOf(isolation: Isolation, place: Place): View {
  return isolation.mount ? INSIDE : place;
}

export function enclose(isolation: Isolation, place: Place, tools: Tools, command: Command): Enclosed {
  const view = viewOf(isolation, place);
  const cwd = command.cwd === '.' ? view.tree : `${view.tree}/${command.cwd}`;
  const assignments = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
  const inner = [
    ...(isolation.user === 'same' ? [] : ['setpriv', ...PRIVILEGES[isolation.user]]),
    ...(isolation.limits ? ['prlimit', ...LIMITS, ...(isolation.user === 'same' ? [] : [PROCESSES])] : []),
    ...['env', '-i', ...assignments, command.command, ...command.args],
  ];
  // The system's own tools first: `unshare` and `pivot_root` may lie where a user's path does not look.
  const outside = { takesAll: isolation.pid, cwd: '/', env: { PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${tools.path}` } };
  const die = isolation.limits ? ['setpriv', '--pdeathsig', 'KILL'] : [];
  if (!isolation.mount) {
    // Exec keeps the process id, so that the process group is the command's own.
    const [first, ...args] = [...die, '/bin/sh', '-c', 'cd "$0" && exec "$@"', cwd, ...inner];
    return { command: first as string, args, ...outside };
  }
  const [first, ...args] = [
    ...die,
    ...['unshare', ...(isolation.user === 'mapped' ? ['--user', '--map-root-user'] : [])],
    ...['--mount', '--pid', '--ipc', '--uts', ...(command.network ? [] : ['--net'])],
    ...['--fork', '--kill-child=KILL', '/bin/sh', '-c', sandboxScript(place, tools, command), 'sh', cwd, ...inner],
  ];
  return { command: first as string, args, ...outside };
}

/** No capability is left, and none can come back through a file's. `mapped` looks like root inside and is nobody outside. */
const PRIVILEGES = {
  separate: [
    ...[`--reuid=${RUN_AS}`, `--regid=${RUN_AS}`, '--clear-groups'],
    ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
  ],
  mapped: [
    '--securebits=+noroot,+noroot_locked,+no_setuid_fixup,+no_setuid_fixup_locked',
    ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
  ],
};

/** Memory is limited as data, not as address space: JavaScript and Go reserve far more of that than they use. */
const LIMITS = ['--core=0', '--nofile=4096', '--fsize=1073741824', '--data=4294967296'];
const PROCESSES = '--nproc=512';

/**
 * What makes the sandbox, as the first process of its namespaces: an empty root with the system's programs and the tools,
 * read-only, a private /tmp, home and /proc, and of our files only the place. It stays alive as root until the command ends, so
 * that nobody inside can cut the line that takes everything down with it (the death signal is lost when the user changes).
 */
function sandboxScript(place: Place, tools: Tools, { network, hosts = [], keepsCache }: Command): string {
  const root = quote(place.root);
  const bind = (from: string, to: string, options: string) =>
    `mkdir -p ${root}${quote(to)}; mount --bind ${quote(from)} ${root}${quote(to)}; mount -o remount,bind,${options} ${root}${quote(to)}`;
  const tmpfs = (to: string, size: string) =>
    `mkdir -p ${root}${to}; mount -t tmpfs -o mode=1777,size=${size},nosuid,nodev tmpfs ${root}${to}`;
  const layers = `lowerdir=${place.cache},upperdir=${place.changes}/upper,workdir=${place.changes}/work`;
  const overlay = `mkdir -p ${root}${INSIDE.cache}; { mount -t overlay -o ${quote(layers)} overlay ${root}${INSIDE.cache} || mount -t overlay -o ${quote(`${layers},userxattr`)} overlay ${root}${INSIDE.cache}; } 2>/dev/null`;
  return [
    'set -eu',
    `trap '[ "\${ready:-}" ] || exit ${NO_SANDBOX}' EXIT`,
    `mount -t tmpfs -o mode=0755,size=16m tmpfs ${root}`,
    'for d in usr bin sbin lib lib32 lib64 libx32; do',
    `  if [ -h /$d ]; then cp -P /$d ${root}/$d; elif [ -d /$d ]; then mkdir ${root}/$d; mount --rbind /$d ${root}/$d; mount -o remount,bind,ro,nosuid,nodev ${root}/$d; fi`,
    'done',
    `mkdir -p ${root}/etc ${root}/proc ${root}/dev ${root}/old`,
    `for f in ${[...SETTINGS, ...(network ? ['resolv.conf'] : [])].join(' ')}; do`,
    `  if [ -d /etc/$f ]; then mkdir ${root}/etc/$f; mount --rbind /etc/$f ${root}/etc/$f; mount -o remount,bind,ro,nosuid,nodev ${root}/etc/$f; elif [ -e /etc/$f ]; then cp -L /etc/$f ${root}/etc/$f; fi`,
    'done',
    `printf '%s\\n' 'root:x:0:0::/home/server:/bin/sh' 'server:x:${RUN_AS}:${RUN_AS}::/home/server:/bin/sh' > ${root}/etc/passwd`,
    `printf '%s\\n' 'root:x:0:' 'server:x:${RUN_AS}:' > ${root}/etc/group`,
    `printf '%s\\n' ${['127.0.0.1 localhost', '::1 localhost', ...hosts.map((host) => `127.0.0.1 ${host}`)].map(quote).join(' ')} > ${root}/etc/hosts`,
    `for f in null zero full random urandom; do : > ${root}/dev/$f; mount --bind /dev/$f ${root}/dev/$f; done`,
    `ln -s /proc/self/fd ${root}/dev/fd; ln -s fd/0 ${root}/dev/stdin; ln -s fd/1 ${root}/dev/stdout; ln -s fd/2 ${root}/dev/stderr`,
    tmpfs('/dev/shm', '64m'),
    // On disk, as the tree is: compilers put more there than memory should hold.
    bind(place.tmp, '/tmp', 'nosuid,nodev'),
    tmpfs(INSIDE.home, '512m'),
    ...tools.folders.map((folder) => bind(folder, folder, 'ro,nosuid,nodev')),
    bind(place.tree, INSIDE.tree, 'nosuid,nodev'),
    keepsCache
      ? bind(place.cache, INSIDE.cache, 'nosuid,nodev')
      : `${overlay} || { ${bind(place.cache, INSIDE.cache, 'ro,nosuid,nodev')}; }`,
    bind(place.kit, INSIDE.kit, 'ro,nosuid,nodev'),
    bind(place.door, INSIDE.door, 'nosuid,nodev'),
    ...(place.modules ? [bind(place.modules, '/srv/node_modules', 'ro,nosuid,nodev')] : []),
    ...(network ? [] : [LOOPBACK_UP]),
    `mount -t proc -o nosuid,nodev,noexec proc ${root}/proc`,
    ...(hosts.length > 0 ? [`{ echo 0 > ${root}${LOW_PORTS}; } 2>/dev/null || true`] : []),
    `cd ${root}`,
    'pivot_root . old',
    'umount -l old',
    'rmdir old',
    'mount -o remount,bind,ro /',
    'cd "$1"; shift',
    'ready=1',
    'set +e',
    '"$@"',
    'exit $?',
  ].join('\n');
}

/** What programs need of /etc, and nothing that could be a secret. */
const SETTINGS = [
  ...['alternatives', 'ca-certificates', 'ca-certificates.conf', 'crypto-policies', 'ld.so.cache', 'ld.so.conf'],
  ...['ld.so.conf.d', 'localtime', 'mime.types', 'nsswitch.conf', 'pki', 'protocols', 'services', 'ssl'],
];

/** The first port of this network that needs no right to listen on. */
const LOW_PORTS = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

/** Systems without iproute2 have perl; SIOCSIFFLAGS (0x8914) with IFF_UP | IFF_RUNNING is what `ip link set lo up` does. */
const LOOPBACK_UP =
  'ip link set lo up 2>/dev/null || perl -e \'socket(my $s, 2, 2, 0) && ioctl($s, 0x8914, pack("a16s", "lo", 0x41)) or exit 1\' 2>/dev/null || true';

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
