/*
 * words_executed.c - the counter of an engine that counts its words (engine.inc in this folder).
 */
#include <stdint.h>

extern uint64_t words_executed;
uint64_t words_executed;
