/* Three answers. A call that reading, computing and writing take is let through. One that only an attacker would make -
 * another program, another process, the network, other processes' memory - ends the process at once. All others fail as
 * if the kernel did not have them, for which C libraries are prepared, so that their errors stay sentences. */
#define _GNU_SOURCE /* CLONE_THREAD */
#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include "cli/sandbox_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
enum { ARCHITECTURE = (int)AUDIT_ARCH_X86_64 };
#else
enum { ARCHITECTURE = (int)AUDIT_ARCH_AARCH64 };
#endif

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

enum {
    ALLOW = SECCOMP_RET_ALLOW,
    REFUSE = SECCOMP_RET_ERRNO | EPERM,
    ABSENT = SECCOMP_RET_ERRNO | ENOSYS,
};
static const uint32_t kill_process = SECCOMP_RET_KILL_PROCESS; /* more than an enumerator holds */

/* Calls whose arguments do not matter. Files: what Landlock confines, and what needs an open file. */
static const int allowed[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_openat,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_getcwd,
    SYS_renameat,
    SYS_renameat2,
    SYS_unlinkat,
    SYS_mkdirat,
    SYS_truncate,
    SYS_ftruncate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_fcntl,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_ppoll,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_getcpu,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_gettid,
    SYS_getpid,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigtimedwait,
    SYS_sigaltstack,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_getrandom,
    SYS_sysinfo,
    SYS_getrusage,
    SYS_uname,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getppid,
    SYS_times,
#ifdef SYS_statx
    SYS_statx,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_membarrier
    SYS_membarrier,
#endif
#ifdef SYS_open /* x86_64 has older forms, too */
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_getdents,
    SYS_rename,
    SYS_unlink,
    SYS_mkdir,
    SYS_dup2,
    SYS_pipe,
    SYS_poll,
    SYS_select,
    SYS_time,
    SYS_arch_prctl,
#endif
};

static const int deadly[] = {
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_bpf,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_init_module,
    SYS_finit_module,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_perf_event_open,
    SYS_open_by_handle_at,
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
};

/* Where (argument & mask) == value the answer is this one; the first row of a call that fits decides. */
static const struct row {
    int call, argument;
    uint64_t mask, value;
    uint32_t answer;
} rows[] = {
    {SYS_mmap, 2, PROT_EXEC, 0, ALLOW}, /* memory, but no code */
    {SYS_mmap, 0, 0, 0, REFUSE},
    {SYS_mprotect, 2, PROT_EXEC, 0, ALLOW},
    {SYS_mprotect, 0, 0, 0, REFUSE},
    {SYS_clone, 0, CLONE_THREAD, CLONE_THREAD, ALLOW}, /* threads, but no processes */
    {SYS_clone, 0, 0, 0, SECCOMP_RET_KILL_PROCESS},
    {SYS_ioctl, 1, UINT32_MAX, TCGETS, ALLOW}, /* what kind of terminal it is, but no typing into it */
    {SYS_ioctl, 1, UINT32_MAX, TIOCGWINSZ, ALLOW},
    {SYS_ioctl, 0, 0, 0, REFUSE},
    {SYS_sched_setaffinity, 0, UINT32_MAX, 0, ALLOW}, /* of the thread itself: clang's OpenMP */
    {SYS_sched_setaffinity, 0, 0, 0, REFUSE},
    {SYS_prlimit64, 2, UINT64_MAX, 0, ALLOW}, /* asking for limits, but not changing them */
    {SYS_prlimit64, 0, 0, 0, REFUSE},
};

/* Signals reach the process itself only: the row's value is its number. */
static const int to_itself[] = {SYS_tgkill, SYS_kill};

struct program {
    struct sock_filter *code; /* [SANDBOX_FILTER_MAX] */
    size_t length;
};

static void add(struct program *p, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false) {
    if (p->length < SANDBOX_FILTER_MAX) p->code[p->length++] = (struct sock_filter){code, if_true, if_false, k};
}

static void load(struct program *p, size_t offset) {
    add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct program *p, uint32_t value) {
    add(p, BPF_RET | BPF_K, value, 0, 0);
}

static void skip_unless(struct program *p, uint32_t value, uint8_t count) {
    add(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

static void answer_call(struct program *p, int call, uint32_t value) {
    skip_unless(p, (uint32_t)call, 1);
    answer(p, value);
}

/* The two halves of the argument, one after the other; then the call's number again, for the rows behind. */
static void answer_row(struct program *p, const struct row *row) {
    const size_t low = offsetof(struct seccomp_data, args) + (size_t)row->argument * sizeof(uint64_t);
    skip_unless(p, (uint32_t)row->call, 8);
    load(p, low);
    add(p, BPF_ALU | BPF_AND | BPF_K, (uint32_t)row->mask, 0, 0);
    skip_unless(p, (uint32_t)row->value, 4);
    load(p, low + sizeof(uint32_t)); /* both processors are little-endian */
    add(p, BPF_ALU | BPF_AND | BPF_K, (uint32_t)(row->mask >> 32), 0, 0);
    skip_unless(p, (uint32_t)(row->value >> 32), 1);
    answer(p, row->answer);
    load(p, offsetof(struct seccomp_data, nr));
}

size_t sandbox_filter_build(struct sock_filter program[SANDBOX_FILTER_MAX], int process) {
    struct program p = {program, 0};
    load(&p, offsetof(struct seccomp_data, arch));
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ARCHITECTURE, 1, 0);
    answer(&p, kill_process);
    load(&p, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) answer_call(&p, allowed[i], ALLOW);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) answer_row(&p, &rows[i]);
    for (size_t i = 0; i < sizeof to_itself / sizeof *to_itself; i++) {
        answer_row(&p, &(struct row){to_itself[i], 0, UINT32_MAX, (uint32_t)process, ALLOW});
        answer_call(&p, to_itself[i], kill_process);
    }
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) answer_call(&p, deadly[i], kill_process);
    answer(&p, ABSENT);
    return p.length;
}
#endif
