/* Runs a program and lets one of its system calls that write be its last, or fail.
 *
 *     inject FILE N kill|ERRNO|ERRNO+ PROGRAM ARGUMENT...
 *
 * The Nth call is the one; with a `+` every later one fails, too. FILE gets a line: how many calls there were, and the
 * name of the one that was hit or `-`. The exit code is the program's, or 137 if it was killed. Where INJECT_PLAIN is
 * set there is no renameat2, as on some file systems. Where INJECT_AT is set to a number, the shell command INJECT_DOES
 * is run before that call and before each later one, while the program waits: somebody else who is at work meanwhile.
 * Its $1 is how many calls there were since the first.
 *
 * It works by a seccomp filter that asks this process about every such call, so that nothing escapes: not the calls of
 * other threads, not those that pass by the C library. It needs neither ptrace nor a privilege. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "this machine is not known here"
#endif

struct call { int number; const char *name; int flags; };
/* `flags` is the argument that says whether the call opens for writing; -1 where every such call writes. */
static const struct call calls[] = {
#define ALWAYS(name) { __NR_##name, #name, -1 },
	{ __NR_openat, "openat", 2 },
#ifdef __NR_open
	{ __NR_open, "open", 1 }, ALWAYS(creat) ALWAYS(rename) ALWAYS(unlink) ALWAYS(rmdir) ALWAYS(link) ALWAYS(symlink)
	ALWAYS(mkdir) ALWAYS(mknod) ALWAYS(chmod) ALWAYS(chown) ALWAYS(lchown) ALWAYS(utime) ALWAYS(utimes) ALWAYS(futimesat)
#endif
#ifdef __NR_renameat
	ALWAYS(renameat)
#endif
	ALWAYS(write) ALWAYS(pwrite64) ALWAYS(writev) ALWAYS(pwritev) ALWAYS(pwritev2) ALWAYS(fsync) ALWAYS(fdatasync)
	ALWAYS(syncfs) ALWAYS(renameat2) ALWAYS(unlinkat) ALWAYS(linkat) ALWAYS(symlinkat) ALWAYS(mkdirat) ALWAYS(mknodat)
	ALWAYS(fchmod) ALWAYS(fchmodat) ALWAYS(fchown) ALWAYS(fchownat) ALWAYS(truncate) ALWAYS(ftruncate) ALWAYS(fallocate)
	ALWAYS(utimensat) ALWAYS(setxattr) ALWAYS(lsetxattr) ALWAYS(fsetxattr) ALWAYS(fremovexattr)
	ALWAYS(copy_file_range) ALWAYS(sendfile)
};
enum { CALLS = sizeof calls / sizeof *calls };

static int die(const char *what) { perror(what); exit(125); }

static int listen_in(pid_t *child, char **program) {
	struct sock_filter code[8 + 4 * CALLS];
	int n = 0;
#define SAY(op, k, yes, no) code[n++] = (struct sock_filter)BPF_JUMP(op, k, yes, no)
	SAY(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	SAY(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	SAY(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	for (int i = 0; i < CALLS; i++) {
		SAY(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		if (calls[i].flags < 0) {
			SAY(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
		} else {
			SAY(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 3);
			SAY(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[calls[i].flags]), 0, 0);
			SAY(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_WRONLY | O_RDWR | O_TRUNC, 0, 1);
		}
		SAY(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
	}
	SAY(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	struct sock_fprog filter = { .len = n, .filter = code };
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends)) die("socketpair");
	char space[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec one = { &byte, 1 };
	struct msghdr message = { .msg_iov = &one, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space };
	*child = fork();
	if (*child < 0) die("fork");
	if (*child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die("no_new_privs");
		int listener = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
		if (listener < 0) die("seccomp");
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		*head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(head), &listener, sizeof listener);
		if (sendmsg(ends[1], &message, 0) < 0) _exit(125);
		close(listener);
		execvp(program[0], program);
		_exit(125);
	}
	close(ends[1]);
	if (recvmsg(ends[0], &message, 0) <= 0 || !CMSG_FIRSTHDR(&message)) {
		fputs("inject: the filter cannot be set up here\n", stderr);
		exit(125);
	}
	int listener;
	memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof listener);
	return listener;
}

static int number_of(const char *name) {
	static const struct { const char *name; int number; } known[] = {
		{ "ENOSPC", ENOSPC }, { "EROFS", EROFS }, { "EACCES", EACCES }, { "EIO", EIO }, { "EDQUOT", EDQUOT },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strncmp(name, known[i].name, strlen(known[i].name))) return known[i].number;
	fprintf(stderr, "inject: %s is not known\n", name);
	exit(125);
}

/* A full disk lets files go and change their names; other troubles concern every call. */
static int takes_space(const char *name, int error) {
	static const char *const free_of_it[] = { "unlink", "rmdir", "rename", "fch", "ch", "utim" };
	for (size_t i = 0; error == ENOSPC && i < sizeof free_of_it / sizeof *free_of_it; i++)
		if (!strncmp(name, free_of_it[i], strlen(free_of_it[i]))) return 0;
	return 1;
}

static void somebody(long since) {
	char number[32];
	snprintf(number, sizeof number, "%ld", since);
	pid_t who = fork();
	if (who < 0) die("fork");
	if (who == 0) {
		execl("/bin/sh", "sh", "-e", "-c", getenv("INJECT_DOES"), "sh", number, (char *)0);
		_exit(125);
	}
	int status;
	if (waitpid(who, &status, 0) < 0 || status) die("INJECT_DOES");
}

int main(int argc, char **argv) {
	if (argc < 5) return 125;
	long nth = atol(argv[2]), count = 0;
	int plain = getenv("INJECT_PLAIN") != NULL;
	long at = getenv("INJECT_AT") ? atol(getenv("INJECT_AT")) : -1;
	int error = strcmp(argv[3], "kill") ? number_of(argv[3]) : 0, on = strchr(argv[3], '+') != NULL;
	const char *hit = "-";
	pid_t child;
	int listener = listen_in(&child, argv + 4);
	for (;;) {
		struct pollfd wait = { .fd = listener, .events = POLLIN };
		if (poll(&wait, 1, -1) < 0) die("poll");
		if (!(wait.revents & POLLIN)) break;
		struct seccomp_notif ask;
		memset(&ask, 0, sizeof ask);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask)) {
			if (errno == ENOENT || errno == EINTR) continue;
			die("receive");
		}
		struct seccomp_notif_resp answer = { .id = ask.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
		if (plain && ask.data.nr == __NR_renameat2) {
			answer.flags = 0;
			answer.error = -EINVAL;
			if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) && errno != ENOENT) die("answer");
			continue;
		}
		count++;
		const char *name = "?";
		for (int i = 0; i < CALLS; i++)
			if (calls[i].number == ask.data.nr) name = calls[i].name;
		int is_hit = count == nth || (on && count > nth && takes_space(name, error));
		if (count == nth) hit = name;
		if (at >= 0 && count >= at) somebody(count - at);
		if (is_hit && !error) {
			kill(child, SIGKILL);
			break;
		}
		if (is_hit) { answer.flags = 0; answer.error = -error; }
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) && errno != ENOENT) die("answer");
	}
	int status;
	waitpid(child, &status, 0);
	FILE *out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%ld %s\n", count, hit) < 0 || fclose(out)) die(argv[1]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
