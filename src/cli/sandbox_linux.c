/* Landlock: https://docs.kernel.org/userspace-api/landlock.html. Its rights grew with the kernel's versions of it; what
 * this kernel does not know is left out, and what it knows is refused to all but the paths given. */
#define _GNU_SOURCE /* O_PATH */
#include "cli/sandbox.h"

#include "cli/message.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include "cli/sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What newer kernels know and older headers lack. */
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_IOCTL (UINT64_C(1) << 15)
#define ACCESS_OLDEST ((UINT64_C(1) << 13) - 1) /* all that the first version knows */
#define ACCESS_NETWORK UINT64_C(3)              /* TCP: bind and connect */
#define SCOPE_ALL UINT64_C(3)                   /* abstract sockets and signals stay inside */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

struct ruleset {
    uint64_t files, network, scopes; /* that are refused where no rule grants them; kernels take it of any length */
};

/* Rights on files by version, and what each kind of path gets. */
static const struct {
    int version;
    uint64_t right;
} file_rights[] = {{1, ACCESS_OLDEST}, {2, ACCESS_REFER}, {3, ACCESS_TRUNCATE}, {5, ACCESS_IOCTL}};

static const uint64_t granted[] = {
    [SANDBOX_READ] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    [SANDBOX_FILL] = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                     LANDLOCK_ACCESS_FS_REMOVE_FILE | ACCESS_TRUNCATE,
    [SANDBOX_REPLACE] = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE,
    [SANDBOX_CUT] = ACCESS_TRUNCATE,
};
static const uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE;

static int landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static struct ruleset ruleset_of(int version) {
    struct ruleset ruleset = {0};
    for (size_t i = 0; i < sizeof file_rights / sizeof *file_rights; i++)
        if (version >= file_rights[i].version) ruleset.files |= file_rights[i].right;
    if (version >= 4) ruleset.network = ACCESS_NETWORK;
    if (version >= 6) ruleset.scopes = SCOPE_ALL;
    return ruleset;
}

static bool is_usable(void) {
    const uint32_t needed = SECCOMP_RET_KILL_PROCESS;
    if (landlock_version() < 1) {
        complain("--sandbox: this kernel does not have Landlock, or it is switched off (Linux 5.13 and newer have it): "
                 "nothing was read");
        return false;
    }
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &needed) == 0) return true;
    complain("--sandbox: this kernel cannot filter system calls (seccomp): nothing was read");
    return false;
}

/* 0, or an errno. What is not there cannot be opened later either; what lies in no file system (a pipe) needs no rule. */
static int add_rule(int rules, uint64_t known, const struct sandbox_path *path) {
    const int file = open(path->path, O_PATH | O_CLOEXEC);
    struct stat status;
    if (file < 0) return 0;
    struct landlock_path_beneath_attr rule = {.allowed_access = granted[path->right] & known, .parent_fd = file};
    if (fstat(file, &status) == 0 && !S_ISDIR(status.st_mode)) rule.allowed_access &= of_files;
    int problem = 0;
    if (rule.allowed_access && syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        problem = errno == EBADFD ? 0 : errno;
    close(file);
    return problem;
}

static int confine_files(const struct sandbox_paths *paths) {
    const struct ruleset ruleset = ruleset_of(landlock_version());
    const int rules = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
    if (rules < 0) return errno;
    int problem = 0;
    for (size_t i = 0; i < paths->count && !problem; i++) problem = add_rule(rules, ruleset.files, &paths->items[i]);
    if (!problem && syscall(SYS_landlock_restrict_self, rules, 0) != 0) problem = errno;
    close(rules);
    return problem;
}

static int confine_calls(void) {
    struct sock_filter code[SANDBOX_FILTER_MAX];
    const size_t length = sandbox_filter_build(code, (int)getpid());
    const struct sock_fprog program = {(unsigned short)length, code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0 : errno;
}

/* A folder has a link for each folder in it, and this one has a folder for each thread. */
static bool is_alone(void) {
    struct stat status;
    return stat("/proc/self/task", &status) != 0 || status.st_nlink <= 3;
}

/* Landlock is of the thread that asks for it and those that it starts. */
static bool enter(const struct sandbox_paths *paths) {
    int problem = is_alone() ? 0 : EBUSY;
    if (!problem && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) problem = errno;
    if (!problem) problem = confine_files(paths);
    if (!problem) problem = confine_calls();
    if (problem) complain("--sandbox cannot be entered: %s", strerror(problem));
    return !problem;
}

#else

static bool is_usable(void) {
    complain("--sandbox: there is none for this system or processor: nothing was read");
    return false;
}

static bool enter(const struct sandbox_paths *paths) {
    (void)paths;
    return is_usable();
}

#endif

const struct sandbox_system sandbox_system = {is_usable, enter};
