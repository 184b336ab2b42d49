/*
 * attention.h - a VM that has left for what it was to attend to.
 */
#ifndef ATTENTION_H
#define ATTENTION_H

#include <stdbool.h>

/* Runs a VM from engine_attend with nothing left to attend to; true when it goes on as if nothing were. */
bool attention_is_gone(void);

#endif
