"""The lines of the Azure CLI that only read, run by az and by acrsh against one emulator, and what they print compared:
the JSON member by member, and the columns of `-o tsv`."""
import json
import os
import re
import subprocess
import tempfile

import emulated_azure
from emulated_azure import PASSWORD, PRINCIPAL, ROOT

LINES = os.path.join(ROOT, "Tests", "AcrCommandsTests", "Transcripts", "azure-lines.txt")
# Lines that read, by how they begin. Others change something, are only refused or print help.
READS = (
    "acr repository list", "acr repository show", "acr manifest list", "acr manifest metadata list", "acr manifest show",
    "acr list", "acr show", "acr check-name", "acr credential show", "acr token list", "acr token show",
    "acr scope-map list", "acr scope-map show", "account show", "account list", "account get-access-token", "cloud list",
    "cloud show", "version",
)
# What no comparison can say anything of, and why.
LEFT_OUT = {
    "--help": "help", " -h": "help",
    "--expose-token": "a new token each time", "ms-graph": "the emulator has no Graph",
    "a/.default b/.default": "not a resource of the emulator", "--tenant 0000": "not a tenant of the emulator",
    "sha256:8f54": "not an image of the emulator",
}
# Members that are new with each request.
CHANGING = {"accessToken", "refreshToken", "expiresOn", "expires_on"}
# Where acrsh writes more than az on purpose: docs/az.md says each.
EXPECTED = {
    "version": "acrsh has no extensions and no telemetry module",
    "cloud list": "acrsh does not know AzureBleuCloud",
}


def world():
    """The sample world where the service principal may read everything, soft delete is on, and a token is there."""
    text = subprocess.run(
        [emulated_azure.program("acr-emulator"), "--print-config"], capture_output=True, text=True, check=True).stdout
    document = json.loads(text)
    for registry in document["registries"]:
        if registry["name"] == "myregistry":
            registry["roleAssignments"].append({"principal": PRINCIPAL, "role": "Owner"})
            registry.setdefault("policies", {})["softDeletePolicy"] = "enabled"
    return document


def lines():
    """The lines to compare, with the names of the emulator's world; and how many were left out, by reason."""
    chosen, left = [], {}
    with open(LINES) as file:
        for line in file.read().splitlines():
            text = line.removeprefix("az ")
            if text == line or not text.startswith(READS):
                continue
            reason = next((why for part, why in LEFT_OUT.items() if part in line), None)
            if reason:
                left[reason] = left.get(reason, 0) + 1
                continue
            chosen.append(adapted(text))
    return list(dict.fromkeys(chosen)), left


def adapted(text):
    """A line about people's registries as one about those of the emulator."""
    for pattern, value in (
        (r"\bMyRegistry\b", "myregistry"), (r"\br1234\b", "myregistry"), (r"\bMyRepository\b", "hello"),
        (r"\bsamples/hello-world\b|\bhello-world\b", "hello"), (r"(?<=--repository )a\b|(?<=-n )a\b|(?<=--name )a\b", "hello"),
        (r"(?<=-t )a\b|(?<=--image )a\b", "hello"),
        (r":tag\b|:latest\b", ":1"), (r"@sha256:abc123", ":1"), (r"--suffix \w+", ""),
        (r"(-u|--username) \w+ (-p|--password) \w+", rf"\1 sample \2 {PASSWORD}"),
        (r"(-g|--resource-group) \w+", r"\1 myResourceGroup"),
        (r"--subscription sub\b|(?<=account show )-[ns] sub\b", '--subscription "Sample subscription"'),
        (r"(?<=token )-n sub\b", '-n "Sample subscription"'),
        (r"(?<=-n )m1\b|(?<=-n )MyScopeMap\b", "reader-scope-map"), (r"\bMyToken\b", "reader"),
    ):
        text = re.sub(pattern, value, text)
    return re.sub(r"  +", " ", text).strip()


def without_output(text):
    """A line without its own output format."""
    return re.sub(r" (-o ?|--output |--out )(tsv|json|yamlc|table)\b", "", text)


def plain(value, name=None):
    """A value without members that are null, in which what changes is a word and times have no zeros at their end."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if name in CHANGING and value is not None:
        return type(value).__name__
    if isinstance(value, str) and value.startswith("eyJ"):
        return "token"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+(\.\d+)?(Z|\+00:00)", value):
        return re.sub(r"\.?0*$", "", re.sub(r"(Z|\+00:00)$", "", value)) if "." in value else value[:19]
    # az writes groups in small letters in some ids.
    return value.lower() if name == "id" and isinstance(value, str) else value


def fields(text):
    """The columns of rows, without what changes with each request and without zeros at the end of times."""
    def field(word):
        if word.startswith("eyJ") or re.fullmatch(r"\d{10}|\d{4}-\d\d-\d\d [\d:.]+", word):
            return "changes"
        return plain(word)
    return [[field(word) for word in line.split("\t")] for line in text.splitlines()]


def verdict(left, right, reduce):
    """Equal, harmless or different."""
    if left == right:
        return "equal"
    return "harmless" if reduce(left) == reduce(right) else "different"


def parsed(outcome):
    try:
        return json.loads(outcome.output) if outcome.output.strip() else None
    except ValueError:
        return outcome.output


class Comparison:
    """What came of all lines."""

    def __init__(self):
        self.rows, self.left = [], {}

    def count(self, kind):
        return sum(row[2] == kind for row in self.rows)


def compare(make_tools, progress=lambda text: None):
    """Runs the lines. `make_tools` gives az and acrsh for an emulator, signed in."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(world(), file)
    emulator = emulated_azure.Emulator("--config", file.name)
    result = Comparison()
    try:
        az, acrsh = make_tools(emulator)
        # Two tags of an image, one of another, and a token, made once by az.
        for line in (
            "acr import -n myregistry --source docker.io/library/hello-world:latest -t hello:1 -t hello:2",
            "acr import -n myregistry --source docker.io/library/busybox:latest -t hello:other",
            "acr token create -r myregistry -n reader --repository hello content/read metadata/read -o none",
        ):
            outcome = az.line(line)
            if outcome.code:
                raise SystemExit(f"{line}: {outcome.errors}")
        chosen, result.left = lines()
        asked = [(line, form) for line in chosen for form in ("json", "tsv")]
        texts = [f"{without_output(line)} -o {form}" for line, form in asked]
        for (line, form), text, first in zip(asked, texts, az.lines(texts)):
            second = acrsh.line(text)
            if form == "json":
                kind = verdict(parsed(first), parsed(second), plain)
            else:
                kind = verdict(first.output, second.output, fields)
            if bool(first.code) != bool(second.code):
                kind = "different"
            elif first.code:
                kind = "refused"
            if kind == "different" and any(text.startswith(start) for start in EXPECTED):
                kind = "expected"
            result.rows.append((line, form, kind, first, second))
            if kind == "different":
                progress(f"{text}\n  az {first.code}: {first.output[:1500]}{first.errors[:300]}\n"
                         f"  acrsh {second.code}: {second.output[:1500]}{second.errors[:300]}")
    finally:
        emulator.stop()
        os.unlink(file.name)
    return result
