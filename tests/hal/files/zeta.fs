( zeta.fs ) .( the first start-up file ) CR
