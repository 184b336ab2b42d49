"""The stages of `make test` for the physics: that they steer nothing, and that nothing steers them."""
import os
import re
import tempfile

from forth_stages import HOST_SECONDS, TESTER
from stage import heading, how, run, suites

# What the physics of VM[0] do, and what they have seen before, must not be seen in what a program computes.
PHYSICS = {
    "off": "0 PHYSICS!",
    "busy": "65536 BEAT-LEAST-KNOB KNOB! 65536 BEAT-MOST-KNOB KNOB! 64 WINDOW-KNOB KNOB! 65536 HALF-LIFE-KNOB KNOB! "
            "TRUE HOT-WORDS PHYSICS-RESET",
    "perturbed": "65536 WINDOW-KNOB KNOB! 85 PHYSICS! : WORK 0 DO I 3 MOD 0= IF I DROP ELSE ['] NOOP EXECUTE THEN LOOP ; "
                 "3000000 WORK 42 PHYSICS! 1000000 WORK 127 PHYSICS!",
}


def physics_stage(build, files, host_counts, totals):
    """The Forth suites once more with the physics off, as busy as they can be, and full of something else. All but
    those that set the physics themselves."""
    heading("Forth tests, whatever the physics do")
    files = [file for file in files if os.path.basename(file) not in ("test_physics.fs", "test_misuse.fs")]
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        for name, text in PHYSICS.items():
            prelude = os.path.join(folder, name + ".fs")
            with open(prelude, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            differ, outputs = [], ""
            for path in files:
                status, output = run([os.path.join(build, "starforth"), prelude, TESTER, path], HOST_SECONDS)
                found = suites(output)
                if status != 0 or not found or any(host_counts.get(suite) != counts for suite, counts in found.items()):
                    differ.append(os.path.basename(path))
                    outputs += output
            if differ:
                totals.broken(f"physics-{name}", f"not the same: {', '.join(differ)}", outputs)
            else:
                print(f"PASS physics-{name}: {len(files)} suites give what they give otherwise")
                totals.add(1, 0)


def pieces_stage(build, totals):
    """Heartbeats in one piece, and in pieces of random sizes with other VMs in between: the same comes out."""
    heading("Heartbeats in pieces")
    outputs, counts = [], []
    for seed in ("0", "1", "2", "3"):
        status, output = run([os.path.join(build, "pieces"), "tests/physics/pieces.fs"], HOST_SECONDS,
                             environment={"SEED": seed})
        found = re.search(r"^pieces: (\d+), others in between: (\d+)$\n?", output, re.MULTILINE)
        if status != 0 or not found:
            totals.broken("physics-pieces", how(status), output)
            return
        outputs.append(output.replace(found[0], ""))
        counts.append((int(found[1]), int(found[2])))
    if len(set(outputs)) != 1:
        totals.broken("physics-pieces", "what the physics know depends on the pieces", "\n".join(outputs))
    elif counts[0][1] != 0 or any(pieces < 10 * counts[0][0] or not between for pieces, between in counts[1:]):
        totals.broken("physics-pieces", "there were too few pieces, or no other VM ran between two", f"{counts}")
    else:
        print(f"PASS physics-pieces: the physics are the same in {counts[0][0]} pieces and in {counts[1][0]}, with other "
              f"VMs in between {counts[1][1]} times")
        totals.add(1, 0)
