/*
 * firmware_kernel.h - what the firmware of the bare machine says of itself and of the machine.
 *
 * Read from its tables in memory when it is asked for; nothing of it is called. All texts are printable and valid until
 * the next call of the same function; NULL where the firmware does not say, or says it where the kernel has no mapping.
 */
#ifndef COMPARE_FIRMWARE_H
#define COMPARE_FIRMWARE_H

/* "EDK II 1.0": vendor and revision of the EFI system table. */
const char *firmware_vendor(void);

/* "LENOVO 20XW": manufacturer and product of the SMBIOS system information. */
const char *firmware_model(void);

/* The kernel command line, as it was given. */
const char *firmware_command_line(void);

#endif
