"""An emulated Azure for scripts: acr-emulator with all registries under their own names, reached through it as a proxy."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PRINCIPAL = "11111111-2222-3333-4444-555555555555"
PASSWORD = "sample-password"


def program(name):
    """The built program: from the variable of its name, a release build, or a debug build."""
    variable = name.upper().replace("-", "_")
    candidates = [os.environ.get(variable, "")] + [
        os.path.join(ROOT, ".build", kind, name) for kind in ("release", "debug")]
    for path in candidates:
        if path and os.access(path, os.X_OK):
            return path
    sys.exit(f"{name} is not built: swift build, or set {variable}")


def azure_cli(folder=None):
    """The real azure-cli from PyPI in a virtual environment of its own; installed at the first call (730 MB, minutes)."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = folder or os.path.join(cache, "acrsh", "azure-cli-venv")
    az = os.path.join(folder, "bin", "az")
    if not os.access(az, os.X_OK):
        print(f"installing azure-cli into {folder} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([os.path.join(folder, "bin", "pip"), "install", "--quiet", "azure-cli"], check=True)
    return az


def python_packages(name, packages, folder=None):
    """The Python of a virtual environment of its own that has packages from PyPI; made at the first call."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = folder or os.path.join(cache, "acrsh", name)
    python = os.path.join(folder, "bin", "python")
    marker = os.path.join(folder, "complete")
    if not os.path.exists(marker):
        print(f"installing {', '.join(packages)} into {folder} …", file=sys.stderr)
        if not os.access(python, os.X_OK):
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        with open(marker, "w"):
            pass
    return python


class RunOutcome:
    """What a program did, and how long it took."""

    def __init__(self, code, output, errors, seconds):
        self.code, self.output, self.errors, self.seconds = code, output, errors, seconds

    @staticmethod
    def of(command, environment, **options):
        start = time.monotonic()
        result = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **options)
        return RunOutcome(result.returncode, result.stdout, result.stderr, time.monotonic() - start)


class Emulator:
    """One emulator with its data, and the environments of the programs that use it."""

    def __init__(self, *arguments):
        self.folder = tempfile.mkdtemp(prefix="acrsh-azure-")
        command = [program("acr-emulator"), "--azure-names", "--data", os.path.join(self.folder, "data"), *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the emulator did not start")
        self.endpoints = json.loads(line)
        self.control = self.endpoints["control"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        """What leads every host to the emulator: for az, skopeo and acrsh alike."""
        proxy, authority = f"http://{self.control}", self.endpoints["certificateAuthority"]
        return {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": self.folder,
            "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "https_proxy": proxy, "http_proxy": proxy, "NO_PROXY": "",
            "REQUESTS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority,
            "IDENTITY_ENDPOINT": self.endpoints["identityEndpoint"],
            "IDENTITY_HEADER": self.endpoints["identityHeader"],
            "AZURE_CONFIG_DIR": os.path.join(self.folder, "az"), "AZURE_CORE_COLLECT_TELEMETRY": "no",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "yes",
        }

    def request(self, url, method="GET", body=None, headers=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            text = answer.read()
        return json.loads(text) if text[:1] in (b"{", b"[") else None

    def admin(self, method, path, body=None):
        """The emulator's own interface."""
        return self.request(f"http://{self.control}/emulator/{path}", method, body)

    def content(self, registry):
        """The tags of a registry with their digests; a repository without tags with its number of manifests."""
        found = next(r for r in self.admin("GET", "state")["registries"] if r["name"] == registry)
        content = {}
        for repository in found["repositories"]:
            if not repository["tags"]:
                content[repository["name"]] = repository["manifests"]
            for tag, digest in repository["tags"].items():
                content[f"{repository['name']}:{tag}"] = digest
        return content

    def last_import(self):
        """What the resource manager was asked to import last, without the password; None for nothing."""
        imports = self.admin("GET", "state")["imports"]
        return imports[-1]["request"] if imports else None

    def empty(self, registry):
        """Deletes every repository of a registry."""
        address = self.endpoints["registries"][registry]
        token = base64.b64encode(f"sample:{PASSWORD}".encode()).decode()
        for name in {key.split(":")[0] for key in self.content(registry)}:
            self.request(
                f"http://{address}/acr/v1/{name}", "DELETE", headers={"Authorization": f"Basic {token}"})
