// Loaded before the program (`--import`): sets the umask and writes down with which rights files and folders are made, and
// what happens to rights later. A look at the folder afterwards would not see a moment in which they were wider.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const { METIS_SEQ_TEST_UMASK: umask, METIS_SEQ_TEST_RIGHTS: file } = process.env
if (isMainThread) process.umask(Number.parseInt(umask, 8))

// Opened before anything is wrapped.
const record = fs.openSync(file, 'a')
const [FILE, FOLDER] = [0o666, 0o777]
const CREATING = fs.constants.O_CREAT

function keep(what, path, mode) {
  const bits = typeof mode === 'string' ? Number.parseInt(mode, 8) : mode
  fs.writeSync(record, `${JSON.stringify({ what, path: String(path), mode: bits })}\n`)
}

/** Whether an opening with these flags may make the file. */
function makes(flags) {
  return typeof flags === 'number' ? (flags & CREATING) !== 0 : /^[wa]/.test(flags ?? 'r')
}

const given = (options, name, otherwise) => (typeof options === 'object' ? options?.[name] : undefined) ?? otherwise

const seen = {
  open: (path, flags, mode) => makes(flags) && keep('file', path, typeof mode === 'function' ? FILE : (mode ?? FILE)),
  writeFile: (path, _, options) => typeof path === 'string' && keep('file', path, given(options, 'mode', FILE)),
  appendFile: (path, _, options) => typeof path === 'string' && keep('file', path, given(options, 'mode', FILE)),
  copyFile: (_, path) => keep('file', path, FILE),
  cp: (_, path) => keep('file', path, FILE),
  createWriteStream: (path, options) => keep('file', path, given(options, 'mode', FILE)),
  // LevelDB asks for its folder, too, which is there by then.
  mkdir: (path, options) =>
    !fs.existsSync(path) &&
    keep('folder', path, typeof options === 'number' ? options : given(options, 'mode', FOLDER)),
  chmod: (path, mode) => keep('chmod', path, mode),
  lchmod: (path, mode) => keep('chmod', path, mode),
  fchmod: (path, mode) => keep('chmod', path, mode),
}

for (const [name, look] of Object.entries(seen)) {
  for (const [holder, method] of [
    [fs, name],
    [fs, `${name}Sync`],
    [fs.promises, name],
  ]) {
    const original = holder[method]
    if (original === undefined) continue
    holder[method] = function (...args) {
      look(...args)
      return original.apply(this, args)
    }
  }
}
syncBuiltinESMExports()
