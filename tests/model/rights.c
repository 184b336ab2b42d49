/*
 * rights.c - the arbiter's capabilities, compiled with a limit that random lives come to (Makefile).
 */
#include "../../c/arbiter/capability.c"
