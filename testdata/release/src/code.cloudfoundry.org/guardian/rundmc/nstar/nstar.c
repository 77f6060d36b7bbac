/*
 * Starts a program of the host inside a directory of a container: the program
 * is opened first, and run through its descriptor when the directory has been
 * entered and the program's own path may be out of reach.
 */

#include <stdio.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/syscall.h>
#include <linux/fcntl.h>

/* <fcntl.h> and <linux/fcntl.h> do not go together */
int open(const char *path, int flags, ...);

/* create a directory unless it is there */
static int make_dir(const char *dir) {
  if(mkdir(dir, 0755) == -1 && errno != EEXIST) {
    return -1;
  }

  return 0;
}

#ifndef execveat
/*
 * The C library may have no wrapper for this system call.
 */
#if defined (__PPC64__)
#define EXECVEAT_CODE 362
#else
#define EXECVEAT_CODE 322
#endif
int execveat(int fd, const char *path, char **argv, char **envp, int flags) {
    return syscall(EXECVEAT_CODE, fd, path, argv, envp, flags);
}
#endif

int main(int argc, char **argv) {
  char *envp[] = { NULL };
  int program;

  if(argc < 3) {
    fprintf(stderr, "Usage: %s <program> <directory> [arguments]\n", argv[0]);
    return 1;
  }

  program = open(argv[1], O_RDONLY | O_CLOEXEC);
  if(program == -1) {
    perror("open program");
    return 1;
  }

  if(make_dir(argv[2]) == -1) {
    perror("mkdir");
    return 1;
  }

  if(chdir(argv[2]) == -1) {
    perror("chdir");
    return 1;
  }

  execveat(program, "", argv + 2, envp, AT_EMPTY_PATH);
  /* it does not return when all is well */
  perror("execveat");
  return 1;
}
