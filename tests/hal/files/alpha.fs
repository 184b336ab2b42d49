( alpha.fs ) .( the second start-up file ) CR
