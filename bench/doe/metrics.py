"""What a run measures: names, units, and which of it must never vary.

The first list is in the order of PHYSICS-METRIC (c/physics/physics_words.c); driver.fs prints it.
"""

PHYSICS = [
    ("words", "words"),  # executed since the reset
    ("executions", "words"),  # the sum of the counts of all words
    ("distinct_words", "words"),  # that were executed at least once
    ("hottest_count", "executions"),
    ("heat_total", "executions"),  # what has not decayed of them
    ("heartbeats", "heartbeats"),
    ("heartbeat_interval", "words"),
    ("profile_distance", "2^-32"),  # between the last two intervals: 0 the same, 2^33 nothing in common
    ("half_life", "words"),  # in use
    ("window_width", "words"),  # that is looked at
    ("predictions", "words"),
    ("hits", "words"),  # predictions that were right
    ("pairs", "pairs"),  # that are told apart
    ("pairs_lost", "pairs"),
    ("slope_fits", "fits"),
    ("slope_skipped", "fits"),
    ("slope_half_life", "words"),
    ("slope_r2", "2^-16"),
    ("slope_falls", "flag"),
    ("heartbeats_missed", "heartbeats"),
]

LOOPS = ["heat", "window", "decay", "transitions", "width", "slope", "heartbeat"]  # bit 0 and on
LOOP_HASHES = {loop: f"{loop}_hash" for loop in LOOPS}  # of all that the loop knows: PHYSICS-HASH-OF

# Must be the same in every run of a workload in a configuration: hashes last, for what no other number shows.
ALGORITHMIC = [("wrong_units", "units"), *PHYSICS, *[(name, "hash") for name in LOOP_HASHES.values()],
               ("peers_hash", "hash"), ("hash", "hash")]

# Not so: what came of the clock, and how quiet it was meanwhile.
TIMING = [
    ("cycles", "TSC cycles"),
    ("ns", "ns"),
    ("calibration_before", "TSC cycles"),  # of a chain of dependent additions
    ("calibration_after", "TSC cycles"),
    ("waited_ns", "ns"),  # ready to run, but not running: host process only
    ("session", "number"),  # the process or boot
    ("attempt", "number"),
    ("quiet", "flag"),  # the times may be believed; the last row of a run
]

# After each unit of a series, as driver.fs samples them.
SERIES = [("cycles", "TSC cycles"), ("words", "words"), ("heat_total", "executions"), ("heartbeats", "heartbeats"),
          ("heartbeat_interval", "words"), ("half_life", "words"), ("window_width", "words")]

KNOBS = {"window_words": 4096, "half_life_words": 1 << 26, "beat_words": 1 << 23, "beat_least_words": 1 << 20,
         "beat_most_words": 1 << 25}  # in the order of KNOB!, with defaults as in c/physics/physics.c
TURNS = {"quantum_ns": 10000000, "quantum_words": 0, "busy_vms": 0}
BETWEEN = {"machine": "host", "load": 0}  # what a process or boot cannot change while it runs
DEFAULTS = {**dict.fromkeys(LOOPS, 1), **KNOBS, "size": 1.0, **TURNS, **BETWEEN}

# Factors that may change what is computed; all others must not.
EFFECTIVE = [*LOOPS, *KNOBS, "size"]

# What must be on for a loop to have anything to work on (c/physics/physics.c).
NEEDS = {"decay": ["heat"], "transitions": ["window"], "width": ["window"], "slope": ["heat"], "heartbeat": ["heat"]}
