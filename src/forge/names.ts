/** What may be a path, a ref, a repository name, an account name. Everything that reaches `git` passes here first. */

// Code points that HFS+ ignores when it compares file names; with them `.g\u200cit` opens `.git` on a Mac.
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Whether a path segment would reach a `.git` folder on some file system (case, HFS+, NTFS short names and streams). */
function isGitFolder(segment: string): boolean {
  const folded = segment.replace(HFS_IGNORED, '').normalize('NFKC').toLowerCase();
  const onNtfs = folded.split(':')[0]?.replace(/[ .]+$/, '') ?? '';
  return folded === '.git' || onNtfs === '.git' || /^git~\d+$/.test(onNtfs);
}

/** True for a path inside a repository that git and every file system can hold safely: `a/b.txt`, never `../x` or `.GIT/x`. */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > 4096 || !path.isWellFormed()) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255 && !isGitFolder(part));
}

/** The rules of `git check-ref-format` for a full name (`refs/heads/x`), and nothing that git would read as an option. */
export function isSafeRef(ref: string): boolean {
  if (!/^refs\/[^/]+\/./.test(ref) || ref.length > 1024 || !ref.isWellFormed()) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(ref)) return false;
  return ref.split('/').every((part) => !part.startsWith('.') && !part.startsWith('-') && !part.endsWith('.lock'));
}

export const isBranchName = (name: string) => isSafeRef(`refs/heads/${name}`) && name !== 'HEAD';
export const isObjectId = (text: string) => /^[0-9a-f]{40}$/.test(text);
export const isAccountName = (name: string) => /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$/.test(name);
export const isRepositoryName = (name: string) =>
  /^[A-Za-z0-9._-]{1,100}$/.test(name) && !/^\.+$/.test(name) && !/\.git$/i.test(name);

/** Encodes a path for a URL and keeps its slashes. */
export const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');
