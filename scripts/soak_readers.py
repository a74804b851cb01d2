"""Feeds changed input to readers, many thousand times: what scripts/soak-layers and scripts/soak-trust share."""
import argparse
import json
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHUNK = 10_000


def build(plain):
    folder = ".build-soak" if plain else ".build-asan"
    line = ["swift", "build", "-c", "release", "--product", "reader-soak", "--scratch-path", folder]
    if not plain:
        line.append("--sanitize=address")
    subprocess.run(line, cwd=ROOT, check=True, stdout=sys.stderr)
    where = subprocess.run(line + ["--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return os.path.join(where.strip(), "reader-soak")


class Soak:
    def __init__(self, program, room, options):
        self.program, self.options = program, options
        self.kinds = options.kinds or subprocess.run(
            [program, "kinds", room], check=True, capture_output=True, text=True).stdout.split()
        self.folder = os.path.join(ROOT, ".build-soak", "readers")
        os.makedirs(self.folder, exist_ok=True)
        self.state_path = os.path.join(self.folder, "%s-seed-%d%s.json" % (room, options.seed, "-plain" if options.plain else ""))
        self.state = {} if options.again else self.load()
        # A sanitizer's shadow and the freed memory that it keeps count as the process's own.
        self.memory = 200 if options.plain else 500
        self.environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:quarantine_size_mb=16:malloc_context_size=12")

    def load(self):
        try:
            with open(self.state_path) as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def save(self):
        with open(self.state_path + ".new", "w") as file:
            json.dump(self.state, file, indent=1)
        os.replace(self.state_path + ".new", self.state_path)

    def start(self, kind, first, count, *more):
        return subprocess.run(
            [self.program, kind, "--seed", str(self.options.seed), "--first", str(first), "--count", str(count), "--memory", str(self.memory), *more],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, errors="replace")

    def chunk(self, kind, facts, first, count):
        run = self.start(kind, first, count)
        if run.returncode not in (0, 1):
            # Which case it was is told by a second run, case by case.
            again = self.start(kind, first, count, "--verbose")
            cases = re.findall(r"^case (\d+)$", again.stdout, re.M)
            number = cases[-1] if cases else "?"
            path = os.path.join(self.folder, "%s-%s.txt" % (kind, number))
            with open(path, "w") as file:
                file.write("the first run ended with %d, the second with %d\n%s\n%s\n%s" % (
                    run.returncode, again.returncode, run.stdout[-2000:], run.stderr[-8000:], again.stderr[-8000:]))
            facts["wrong"].append("%s case %s: ended with %d (%s)" % (kind, number, run.returncode, os.path.relpath(path, ROOT)))
            print(facts["wrong"][-1], flush=True)
        for line in run.stdout.splitlines():
            if line.startswith("FAIL"):
                facts["wrong"].append("%s: %s" % (kind, line[:300]))
                print(facts["wrong"][-1], flush=True)
        found = re.search(r"(\d+) read, (\d+) refused, \d+ wrong, peak (\d+) MiB", run.stdout)
        if found:
            facts["read"] += int(found[1])
            facts["refused"] += int(found[2])
            facts["peak"] = max(facts["peak"], int(found[3]))

    def run(self):
        began = time.monotonic()
        # In turns, so that an early end has seen something of every reader.
        while True:
            left = [kind for kind in self.kinds if self.state.get(kind, {}).get("done", 0) < self.options.count]
            if not left or (self.options.minutes and time.monotonic() - began > 60 * self.options.minutes):
                break
            for kind in left:
                facts = self.state.setdefault(kind, {"done": 0, "read": 0, "refused": 0, "peak": 0, "seconds": 0, "wrong": []})
                count = min(CHUNK, self.options.count - facts["done"])
                start = time.monotonic()
                self.chunk(kind, facts, facts["done"], count)
                facts["done"] += count
                facts["seconds"] = round(facts["seconds"] + time.monotonic() - start, 1)
                self.save()
        wrong = 0
        for kind in self.kinds:
            facts = self.state.get(kind)
            if facts:
                wrong += len(facts["wrong"])
                print("%s: %d cases of seed %d, %d read, %d refused, %d wrong, peak %d MiB, %.0f s" % (
                    kind, facts["done"], self.options.seed, facts["read"], facts["refused"], len(facts["wrong"]), facts["peak"], facts["seconds"]))
        return 1 if wrong else 0


def main(room, description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="cases of each kind")
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--kinds", nargs="*", default=[], help="only these readers")
    parser.add_argument("--plain", action="store_true", help="without the sanitizer, within 200 MiB")
    parser.add_argument("--minutes", type=float, default=0, help="start nothing further after this time")
    parser.add_argument("--again", action="store_true", help="from the first case on, whatever was done before")
    parser.add_argument("--program", help="a reader-soak that is built already")
    options = parser.parse_args()
    sys.exit(Soak(options.program or build(options.plain), room, options).run())
