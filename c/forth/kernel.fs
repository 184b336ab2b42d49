\ kernel.fs - constants of the kernel words.

\ ---- kinds of capability, for GRANT, REVOKE and CAP? ----
0 CONSTANT CAP-SPAWN        1 CONSTANT CAP-MMIO     2 CONSTANT CAP-PORT       3 CONSTANT CAP-IRQ
4 CONSTANT CAP-KILL         5 CONSTANT CAP-TIME-ADMIN
6 CONSTANT CAP-CONSOLE      7 CONSTANT CAP-AUDIT    8 CONSTANT CAP-BLOCK

\ ---- waiting ----
: SLEEP ( u -- )  (WAKE-AFTER) (SLEEP) ;
