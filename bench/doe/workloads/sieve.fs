\ sieve.fs - the sieve of Eratosthenes of gforth-common, ten times a unit.
\
\ file: gforth-siev.fs from gforth:siev.fs
\ unit: SIEVE-UNIT -> 1899
\ units: 20
\ watch: PRIMES

INCLUDE gforth-siev.fs

: SIEVE-UNIT ( -- n ) FLAGS 8190 + EFLAG ! 0 10 0 DO PRIMES NIP LOOP ;
