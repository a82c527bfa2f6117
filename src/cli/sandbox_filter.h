/* What a process in the sandbox may still ask of a Linux kernel: a program for seccomp, made of a table of system calls.
 * Linux only. */
#ifndef CLI_SANDBOX_FILTER_H
#define CLI_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <stddef.h>

enum { SANDBOX_FILTER_MAX = 1024 }; /* instructions */

/* Writes the program for a process with this number; returns its length. */
size_t sandbox_filter_build(struct sock_filter program[SANDBOX_FILTER_MAX], int process);

#endif
