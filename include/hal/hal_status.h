/*
 * hal_status.h - the result codes of the hardware abstraction layer.
 *
 * A HAL function that can fail returns one of these. It is never ignored: the caller handles
 * it or passes it on.
 */
#ifndef HAL_STATUS_H
#define HAL_STATUS_H

typedef enum {
    HAL_OK = 0,
    HAL_ERR_INVALID = -1,     /* an argument breaks the contract of the function */
    HAL_ERR_NO_MEMORY = -2,   /* no physical memory, or no room in a fixed table */
    HAL_ERR_NOT_FOUND = -3,   /* no such file, device or mapping */
    HAL_ERR_UNSUPPORTED = -4, /* the machine cannot do this */
    HAL_ERR_BUSY = -5,        /* the resource is in use */
} hal_status;

#endif
