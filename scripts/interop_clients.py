"""Clients of containers against acr-emulator: skopeo, podman, buildah and oras-py, under the registries' own names."""
import os
import shutil
import subprocess
import tempfile

import emulated_azure
from emulated_azure import PASSWORD, RunOutcome

REGISTRY = "myregistry.azurecr.io"
HELLO = "docker.io/library/hello-world:latest"

ORAS = """
import os, sys
import oras.client
# By tokens it can read only: it keeps the token of its first question, which is for pulling, and sends it again when the
# upload is refused for want of one for pushing.
client = oras.client.OrasClient(hostname="REGISTRY", auth_backend=sys.argv[2])
target = "REGISTRY/by/oras:1"
client.login(username="sample", password=os.environ["ORAS_PASSWORD"], hostname="REGISTRY")
if sys.argv[1] == "push":
    with open("a.txt", "w") as file:
        file.write("hello")
    assert client.push(target=target, files=["a.txt"], disable_path_validation=True).status_code == 201
elif sys.argv[1] == "tags":
    assert client.get_tags("REGISTRY/by/oras") == ["1"]
else:
    client.pull(target=target, outdir="pulled")
    with open("pulled/a.txt") as file:
        assert file.read() == "hello"
""".replace("REGISTRY", REGISTRY)


def skopeo(emulator):
    """skopeo reads and writes the emulator's registries under their own names, over https with its certificate."""
    environment = emulator.environment()
    account = f"sample:{PASSWORD}"
    copy = ["skopeo", "--insecure-policy", "copy", "--all"]
    with tempfile.TemporaryDirectory() as folder:
        steps = [
            ("inspects the index", ["skopeo", "inspect", "--raw", f"docker://{HELLO}"]),
            ("pulls every platform, anonymously", [*copy, f"docker://{HELLO}", f"oci:{folder}/layout:hello"]),
            ("pushes it with an account",
             [*copy, "--dest-creds", account, f"oci:{folder}/layout:hello", f"docker://{REGISTRY}/by/skopeo:1"]),
            ("lists the tags", ["skopeo", "list-tags", "--creds", account, f"docker://{REGISTRY}/by/skopeo"]),
            ("copies from registry to registry",
             [*copy, "--src-creds", account, "--dest-creds", account,
              "docker://mysourceregistry.azurecr.io/servercore:ltsc2019", f"docker://{REGISTRY}/by/skopeo:2"]),
            ("pulls what was pushed, and checks it",
             [*copy, "--src-creds", account, f"docker://{REGISTRY}/by/skopeo:1", f"oci:{folder}/layout:again"]),
            ("deletes a tag", ["skopeo", "delete", "--creds", account, f"docker://{REGISTRY}/by/skopeo:2"]),
        ]
        return [("skopeo", title, RunOutcome.of(command, environment)) for title, command in steps]


def containers(emulator):
    """podman and buildah, with an empty store of their own."""
    environment = emulator.environment()
    with tempfile.TemporaryDirectory() as folder:
        settings = os.path.join(environment["HOME"], ".config", "containers")
        os.makedirs(settings, exist_ok=True)
        with open(os.path.join(settings, "policy.json"), "w") as file:
            file.write('{"default":[{"type":"insecureAcceptAnything"}]}')
        with open(os.path.join(settings, "registries.conf"), "w"):
            pass
        with open(os.path.join(folder, "hello"), "w") as file:
            file.write("hello")
        environment |= {
            "CONTAINERS_REGISTRIES_CONF": os.path.join(settings, "registries.conf"), "XDG_RUNTIME_DIR": folder,
            "REGISTRY_AUTH_FILE": os.path.join(folder, "auth.json"), "BUILDAH_ISOLATION": "chroot",
        }
        store = ["--root", f"{folder}/store", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]
        steps = [
            ("podman", "signs in with an account", ["login", "-u", "sample", "-p", PASSWORD, REGISTRY]),
            ("podman", "pulls, anonymously", ["pull", HELLO]),
            ("podman", "reads the index", ["manifest", "inspect", HELLO]),
            ("podman", "pushes", ["push", HELLO, f"{REGISTRY}/by/podman:1"]),
            ("podman", "lists the tags", ["search", "--list-tags", f"{REGISTRY}/by/podman"]),
            ("podman", "removes its own copies", ["rmi", "--all", "--force"]),
            ("podman", "pulls what was pushed", ["pull", f"{REGISTRY}/by/podman:1"]),
            ("buildah", "begins an image", ["from", "--name", "work", "scratch"]),
            ("buildah", "adds a file", ["copy", "work", f"{folder}/hello", "/hello"]),
            ("buildah", "commits it", ["commit", "work", "made:1"]),
            ("buildah", "pushes it as OCI", ["push", "made:1", f"docker://{REGISTRY}/by/buildah:1"]),
            ("buildah", "pushes it as Docker's schema 2",
             ["push", "--format", "v2s2", "made:1", f"docker://{REGISTRY}/by/buildah:2"]),
            ("buildah", "pulls what was pushed", ["pull", f"docker://{REGISTRY}/by/buildah:1"]),
        ]
        return [(tool, title, RunOutcome.of([tool, *store, *command], environment))
                for tool, title, command in steps if shutil.which(tool)]


def oras(emulator, python=None):
    """oras-py pushes a file as an artifact, and pulls it."""
    python = python or emulated_azure.python_packages("oras-venv", ["oras"])
    environment = emulator.environment() | {"ORAS_PASSWORD": PASSWORD}
    with tempfile.TemporaryDirectory() as folder:
        steps = [
            ("pushes a file", "push", "basic"), ("lists the tags", "tags", "basic"), ("pulls it", "pull", "basic"),
            ("lists the tags with a token", "tags", "token"), ("pulls it with a token", "pull", "token"),
        ]
        return [("oras-py", title, RunOutcome.of([python, "-c", ORAS, word, backend], environment, cwd=folder))
                for title, word, backend in steps]


def versions(python=None):
    """What ran, for the page."""
    def said(command):
        return subprocess.run(command, capture_output=True, text=True).stdout.split()
    found = [f"{tool} {said([tool, '--version'])[2]}" for tool in ("skopeo", "podman", "buildah") if shutil.which(tool)]
    python = python or emulated_azure.python_packages("oras-venv", ["oras"])
    number = said([python, "-c", "import importlib.metadata as m; print(m.version('oras'))"])
    return ", ".join(found + [f"oras-py {number[0]}"])
