\ test_device.fs - registers and interrupt lines: what is refused, to whom, and with which error.
\ The same counts on the host, where the last step gives -290 instead of a value.

SUITE: device

: DEV-HOST? ( -- flag ) $80 ['] PORT-C@ CATCH NIP -290 = ;
DEV-HOST? CONSTANT HOST?
: DEV-OR ( n1 n2 -- n ) \ n1 in the kernel, n2 on the host
  HOST? IF NIP ELSE DROP THEN ;
: DEV ( n1 -- n2 ) \ what the host answers in place of n1
  HOST? IF DROP -290 THEN ;
: DEV-TRY ( u xt -- n ) CATCH DUP IF NIP THEN ;
: DEV-FETCH ( u xt -- n ) CATCH NIP ;
: DEV-STORE ( x u xt -- n ) CATCH NIP NIP ;

TESTING what is the kernel's is refused whatever the capability says
T{ $100000 ' MMIO-C@ DEV-FETCH -> -291 DEV }T
T{ $1000 ' MMIO-X@ DEV-FETCH -> -291 DEV }T
T{ $FEE00020 ' MMIO-L@ DEV-FETCH -> -291 DEV }T
T{ 0 $FEE000B0 ' MMIO-L! DEV-STORE -> -291 DEV }T
T{ $FEC00000 ' MMIO-L@ DEV-FETCH -> -291 DEV }T
T{ $20 ' PORT-C@ DEV-FETCH -> -291 DEV }T
T{ $11 $20 ' PORT-C! DEV-STORE -> -291 DEV }T
T{ $40 ' PORT-C@ DEV-FETCH -> -291 DEV }T
T{ $70 ' PORT-C@ DEV-FETCH -> -291 DEV }T
T{ $3F8 ' PORT-C@ DEV-FETCH -> -291 DEV }T
T{ $3F6 ' PORT-L@ DEV-FETCH -> -291 DEV }T
T{ 6 $CF9 ' PORT-C! DEV-STORE -> -291 DEV }T
T{ 0 $514 ' PORT-L! DEV-STORE -> -291 DEV }T

TESTING what can be no register
T{ $FED40001 ' MMIO-W@ DEV-FETCH -> -292 DEV }T
T{ 1 52 LSHIFT ' MMIO-C@ DEV-FETCH -> -276 }T
T{ -1 ' MMIO-X@ DEV-FETCH -> -292 }T
T{ $10000 ' PORT-C@ DEV-FETCH -> -276 }T
T{ $FFFF ' PORT-W@ DEV-FETCH -> -276 }T

TESTING what nobody has is all ones, of the width that was asked for
: DEV-READ ( u xt x -- flag ) >R CATCH DUP -290 = IF 2DROP R> DROP TRUE ELSE 0= SWAP R> = AND THEN ;
T{ $2E0 ' PORT-C@ $FF DEV-READ -> TRUE }T
T{ $2E0 ' PORT-W@ $FFFF DEV-READ -> TRUE }T
T{ $2E0 ' PORT-L@ $FFFFFFFF DEV-READ -> TRUE }T

TESTING without a capability, or beyond it
: DEV-RUN ( addr u -- n reason ) 65536 SPAWN-VM WAIT-VM ;
T{ S" $2F8 PORT-C@" DEV-RUN -> -276 1 }T
T{ S" 0 $2F8 PORT-C!" DEV-RUN -> -276 1 }T
T{ S" $100000 MMIO-L@" DEV-RUN -> -276 1 }T
T{ S" 3 IRQ-ATTACH" DEV-RUN -> -276 1 }T
VARIABLE DEV-VM
: DEV-PORT ( addr u -- n reason ) \ with ports 2E0 to 2E1 alone
  65536 SPAWN-VM DEV-VM ! $2E0 $2E1 CAP-PORT DEV-VM @ GRANT-RANGE DEV-VM @ WAIT-VM ;
T{ S" 10 MS : D $2E0 ['] PORT-W@ CATCH DUP -290 = IF DROP ELSE THROW THEN ; D" DEV-PORT -> 0 0 }T
T{ S" 10 MS $2E0 PORT-L@" DEV-PORT -> -276 1 }T
T{ S" 10 MS $2DF PORT-W@" DEV-PORT -> -276 1 }T

TESTING interrupt lines
T{ 4 ' IRQ-WAIT DEV-FETCH -> -294 }T
T{ 4 ' IRQ-DETACH DEV-FETCH -> -294 }T
T{ 255 ' IRQ-ATTACH DEV-FETCH -> -294 DEV }T
T{ 256 ' IRQ-ATTACH DEV-FETCH -> -276 }T
T{ 3 ' IRQ-ATTACH DEV-TRY -> 0 DEV }T
T{ 3 ' IRQ-ATTACH DEV-FETCH -> -293 DEV }T
: DEV-WAIT ( u1 u2 -- n ) ['] IRQ-WAIT-WITHIN CATCH NIP NIP ;
T{ 3 1000000 DEV-WAIT -> -267 -294 DEV-OR }T
T{ 3 ' IRQ-DETACH DEV-TRY -> 0 -294 DEV-OR }T
T{ 3 ' IRQ-DETACH DEV-FETCH -> -294 }T

\ A child attaches a line and waits; when it has lost the capability, or its life, the line is free.
: DEV-CHILD ( -- )
  S" : D 3 ['] IRQ-ATTACH CATCH -290 = IF -276 THROW THEN 3 IRQ-WAIT ; 10 MS D" 65536 SPAWN-VM DEV-VM !
  3 3 CAP-IRQ DEV-VM @ GRANT-RANGE 30 MS ;
: DEV-REVOKE HOST? 0= IF CAP-IRQ DEV-VM @ REVOKE THEN ;
: DEV-KILL HOST? 0= IF DEV-VM @ KILL-VM THEN ;
T{ DEV-CHILD HOST? 0= DEV-VM @ VM-STATE 7 = = -> TRUE }T
T{ DEV-REVOKE DEV-VM @ WAIT-VM -> -276 1 }T
T{ DEV-CHILD DEV-KILL DEV-VM @ WAIT-VM NIP -> 2 1 DEV-OR }T
T{ 3 ' IRQ-ATTACH DEV-TRY 3 ' IRQ-DETACH DEV-TRY -> 0 DEV 0 -294 DEV-OR }T

END-SUITE
