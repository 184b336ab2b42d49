\ driver.fs - a device driver as a VM: the serial port COM2, by interrupts.
\
\ The driver (uart.fs) gets its eight ports and its interrupt line, and nothing else. It echoes what arrives
\ there. What others send it as a message goes out, and is answered when it is on its way. EX-UART is its VM.

: EX-DRIVER ( -- vm )
  S" INCLUDE uart.fs" 65536 SPAWN-VM >R
  $2F8 $2FF CAP-PORT R@ GRANT-RANGE  3 3 CAP-IRQ R@ GRANT-RANGE
  PAD 0 R@ SEND  R> ;  \ it has what it needs and may begin

CREATE EX-REPLY 16 ALLOT
: EX-UART-TYPE ( c-addr u vm -- )  DUP >R SEND  EX-REPLY 16 R> RECV-FROM DROP ;

\ The scratch register of a UART keeps what is written; where nobody is, all bits are ones.
: EX-SCRATCH ( -- flag )  $5A $2FF PORT-C! $2FF PORT-C@ $5A = ;
: EX-DEVICE? ( -- flag )  ['] EX-SCRATCH CATCH IF FALSE THEN ;

0 VALUE EX-UART
: EX-DRIVER-DEMO ( -- )
  EX-DEVICE? 0= IF ." driver: skipped, there is no COM2 here" CR EXIT THEN
  EX-DRIVER TO EX-UART
  S\" hello from a VM\r\n" EX-UART EX-UART-TYPE
  ." driver: said hello on COM2" CR ;

EX-DRIVER-DEMO
