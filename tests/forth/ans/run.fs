\ run.fs - the ANS suites in order, each between two lines by which the runner tells them apart.
\
\ They are files of Debian's package gforth-common. BASE is left as a suite leaves it: postpone.fs counts on
\ the HEX of coretest.fs.

: ANS-SUITE ( "name" -- )
    PARSE-NAME 2DUP CR ." ANS BEGIN " TYPE CR
    2>R 2R@ ['] INCLUDED CATCH
    ?DUP IF ." ANS ERROR " . CR 2DROP THEN
    CR ." ANS END " 2R> TYPE CR ;
