\ nested.fs - included by test_search.fs: forgets, and says how much data space is left meanwhile.
SEARCH-M UNUSED
