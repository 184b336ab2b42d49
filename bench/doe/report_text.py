"""What the report says of itself: words, method, threats to its validity. HTML."""

DEFINITIONS = """<dl>
<dt>algorithmic column</dt><dd>A number that the physics or the driver compute of what was executed, with words as the only time:
counts, heat, intervals in words, hashes. No clock, address or interrupt may have a part in it, so it must be the same in
every run of a combination. All other numbers are <i>timing</i>: they come of a clock, and vary.</dd>
<dt>combination</dt><dd>A workload with a setting of all factors that may change what is computed (loops, knobs, size).</dd>
<dt>heartbeat</dt><dd>When the loops do their work, every so many words. Without one in a run, no loop does anything in it.</dd>
<dt>coefficient of variation</dt><dd>Standard deviation divided by the mean; of an algorithmic column over all runs of a combination
(0 when all values are equal, also when all are 0), of cycles over all quiet runs of it, one for each session.</dd>
<dt>effect</dt><dd>The change of the geometric mean of cycles from a factor's lowest level to its highest, in percent.</dd>
<dt>partial η², ω²</dt><dd>Shares of the variance of log(cycles): η² of what this factor and the residual have together; ω² of all,
corrected for what chance alone would give. It may come out below 0, which means none.</dd>
<dt>Levene's test</dt><dd>Whether cycles <i>scatter</i> alike at all levels of a factor, about medians (Brown and Forsythe), with the
sessions' means taken off. <i>Spread</i> is the standard deviation at the highest level over that at the lowest: a loop could
cost nothing on average and yet make times less predictable.</dd>
<dt>p, Holm</dt><dd>p after Holm's correction for the number of rows in its table: with it, the chance of even one false finding in the
table is below 5%.</dd>
<dt>control</dt><dd>A workload in which no loop can have an effect, because it is too short for a heartbeat. What is found there is
noise; of its 95% intervals about one in twenty leaves out 0.</dd></dl>"""

METHOD = """<p>A plan was registered before its first run: the factors, the workloads, the seed, and with these the order of all runs.
A <i>session</i> is a process on the host or a boot of the kernel, and a block of the design: it makes each combination of
loops and workload once for each replicate, in random order. Before a run the loops and knobs are set and the physics
forget what they know; then a number of units of the workload is executed, each of which checks its own result.</p>
<p><b>Times</b> are cycles of the time stamp counter around the units, heartbeats included. On the host the process is pinned;
a fixed loop of a thousand additions in Forth (the quickest of 16) before and after each run shows whether the processor's clock
moved (3%), the scheduler's statistics whether the process had to wait (1%); a run that was disturbed is made again, a few times
at most, and the disturbed samples are left out here. They are in the CSV. The counter does not follow the core's clock, so
on a processor itself cycles are divided by how much longer than usual (the median) the loop took around the run; <code>cycles</code>
here are those, and <code>cycles</code> in the CSV are as counted.</p>
<p><b>Effects</b> are changes of log(cycles), estimated in each session by least squares for all factors together;
their 95% intervals come from drawing sessions again 10,000 times, because runs within a session are not independent. The
tables over all workloads give each workload the same weight and leave out the controls: workloads too short for a heartbeat in
any combination. The analysis of variance is of type II, on log(cycles), with the session as blocking factor and all interactions of two that the
design can tell apart; its p values, and those of the sign-flip test in the tables over all workloads, are corrected
by Holm's method within each table.</p>"""

THREATS = """<ul>
<li>What the engine does in every configuration (counting paths, writing the trace) is in all runs alike, so its cost is not in
any effect here; <code>make bench</code> has it. An effect here is that of what a loop does at heartbeats.</li>
<li>No loop decides about what a program executes, nor in which order; so none could make a workload faster except by making the
physics themselves cheaper. "Pays" can mean nothing else here.</li>
<li>Where a loop changes how many heartbeats there are (<code>heartbeat</code> begins with the shortest interval), its cost is that
of more or fewer heartbeats, not of its own arithmetic.</li>
<li>The analysis of variance takes residuals for normal and alike; the plots show that they have a long upper tail. The intervals do
not need that, and verdicts need both.</li>
<li>Bringing cycles to the usual clock supposes that a run slows down as the loop of additions does. Runs that wait for memory,
or share a core with another guest, do not quite; what is left of that is noise, for the order of runs is random.</li>
<li>All runs are of one build on one machine, in one hour. Another build lays the engine out elsewhere in memory, which alone may
move times by some percent.</li>
<li>Runs are short, with few heartbeats each at the default interval. Costs per heartbeat scale with their number, not with time.</li>
<li>The host may be a virtual machine: what its hypervisor does shows in the discarded samples, as far as it can be seen at all.</li>
<li>Under TCG cycles are those of the machine that emulates, and under counted time they are counted instructions with no
caches or branch predictor; neither says what a processor would need. Both are here because hashes must not depend on that.</li>
<li>Equal hashes show that runs agree, not that what they agree on is right: the unit tests compare that with its definitions.</li>
<li>A main effect over all combinations includes those in which a loop has nothing to work on (width without window); the lines
below it leave these out.</li>
<li>What is registered beforehand is the plan, not this analysis. Bringing cycles to the usual clock, leaving the controls out of
means and the penalty for change points were decided after an experiment had been looked at; the first because it has less
noise, the last because the workload that changes by design must be found. Verdicts near a limit deserve another experiment.</li>
<li>The workloads were chosen and sized beforehand, but by the authors.</li></ul>"""
