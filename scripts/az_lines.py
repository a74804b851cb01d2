#!/usr/bin/env python3
"""Runs lines of the installed azure-cli in one process, since its start takes longer than most of its commands.

Run with the Python of azure-cli's virtual environment: standard input is a JSON list of lines without `az`, standard output
a JSON list of [exit code, output, errors].
"""
import contextlib
import io
import json
import shlex
import sys


def run(line):
    """One line, in a client of its own."""
    from azure.cli.core import get_default_cli
    output, errors = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = get_default_cli().invoke(shlex.split(line), out_file=output)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return [code or 0, output.getvalue(), errors.getvalue()]


def main():
    results = [run(line) for line in json.load(sys.stdin)]
    json.dump(results, sys.stdout)


main()
