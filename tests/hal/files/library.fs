( library.fs ) .( a file that is there for INCLUDED alone )
