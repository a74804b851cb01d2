#!/usr/bin/env python3
"""Prints the commands of the installed azure-cli that are about this field, with all names of their flags, as JSON.

Run with the Python of azure-cli's virtual environment; scripts/interop does that and compares it with
Sources/AcrCommands/Azure/AzureCLI+Table.swift.
"""
import json
import sys

GROUPS = ("acr", "account", "login", "logout", "cloud", "version", "configure")


def main():
    from azure.cli.core import get_default_cli
    cli = get_default_cli()
    invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls)
    cli.invocation = invocation
    loader = invocation.commands_loader
    loader.load_command_table(None)
    found = {}
    for name, command in loader.command_table.items():
        if name.split()[0] not in GROUPS:
            continue
        invocation.data["command_string"] = loader.command_name = name
        loader.load_arguments(name)
        flags = []
        for argument in command.arguments.values():
            settings = argument.type.settings
            names = settings.get("options_list")
            if argument.name == "cmd":
                continue
            if names is None:
                names = ["--" + argument.name.replace("_", "-")]
            names = [n if isinstance(n, str) else n.target for n in names]
            if names:
                flags.append(sorted(names))
        found[name] = flags
    json.dump(found, sys.stdout)


main()
