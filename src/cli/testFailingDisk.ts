/**
 * @module A disk that fails on demand, for processes under test. The failing disk sits between SQLite and the C
 * library, so the server's own code runs unchanged.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'

/** Reason why this machine can't have a failing disk; empty if it can. */
export const NO_FAILING_DISK =
  process.platform === 'linux' && !spawnSync('cc', ['--version']).error
    ? ''
    : ' (skipped: it needs Linux and a C compiler, cc)'

const SOURCE = String.raw`
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd, const char *fault) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("FAULTS"), fault);
  if (access(path, F_OK) != 0) return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char file[4096];
  ssize_t length = readlink(path, file, sizeof file - 1);
  if (length < 0) return 0;
  file[length] = 0;
  return strstr(file, ".sqlite") != NULL;
}

#define INSTEAD(result, name, parameters, arguments, fault, error) \
  result name parameters { \
    if (fails(fd, fault)) { errno = error; return -1; } \
    return ((result (*) parameters)dlsym(RTLD_NEXT, #name)) arguments; \
  }

INSTEAD(int, fsync, (int fd), (fd), "flush", EIO)
INSTEAD(int, fdatasync, (int fd), (fd), "flush", EIO)
INSTEAD(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n), "full", ENOSPC)
INSTEAD(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), "full", ENOSPC)
INSTEAD(ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at), "full", ENOSPC)
`

/** Fault of the disk. `flush`: every flush fails. `full`: no space is left. */
type Fault = 'flush' | 'full'

export function createFailingDisk() {
  const faults = testFolder()
  const [source, library] = [join(faults, 'disk.c'), join(faults, 'disk.so')]
  writeFileSync(source, SOURCE)
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
  return {
    environment: { LD_PRELOAD: library, FAULTS: faults },
    fail: (fault: Fault) => writeFileSync(join(faults, fault), ''),
    mend: (fault: Fault) => rmSync(join(faults, fault)),
  }
}
