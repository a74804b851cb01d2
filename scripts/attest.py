#!/usr/bin/env python3
"""Attaches an SBOM (SPDX 2.3) and a provenance (SLSA v1, in-toto) to an image in an OCI layout folder, as referrers.

    scripts/attest.py LAYOUT TAG [--key FILE] [--debian FOLDER --packages NAMES]

Without --key they are attached as they are: whoever has the folder can change them. With --key, an Ed25519 key in PEM, they are
statements in signed Sigstore bundles, and `acrsh verify oci:LAYOUT:TAG --key PUBLIC --type spdx` (or slsaprovenance) checks them. The signature
says that the holder of the key packed this image; no certificate and no log vouches for more. Ed25519 gives the same bytes twice.
SOURCE_DATE_EPOCH dates everything. `--debian` is the folder usr/share/doc of an unpacked Debian, `--packages` the packages of it that are in the image.
"""
import argparse
import base64
import glob
import gzip
import hashlib
import json
import os
import subprocess
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SBOM, PROVENANCE = "https://spdx.dev/Document/v2.3", "https://slsa.dev/provenance/v1"
DATE = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))


def text(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


class Layout:
    def __init__(self, folder):
        self.folder = folder
        self.index = json.load(open(os.path.join(folder, "index.json"), encoding="utf-8"))

    def blob(self, data, kind):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.folder, "blobs", "sha256", digest), "wb") as file:
            file.write(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    def image(self, tag):
        for entry in self.index["manifests"]:
            if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == tag:
                return {name: entry[name] for name in ("mediaType", "digest", "size")}
        raise SystemExit("%s has no image %s" % (self.folder, tag))

    def attach(self, data, kind, subject, annotations):
        """A manifest about the image, with a tag that lists all of them for readers without the referrers API."""
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": kind,
                    "config": self.blob(b"{}", "application/vnd.oci.empty.v1+json"), "layers": [self.blob(data, kind)],
                    "subject": subject, "annotations": {"org.opencontainers.image.created": DATE, **annotations}}
        entry = self.blob(text(manifest), manifest["mediaType"])
        entry.update(artifactType=kind, annotations=manifest["annotations"])
        return entry

    def close(self, subject, entries):
        listing = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries}
        found = self.blob(text(listing), listing["mediaType"])
        found["annotations"] = {"org.opencontainers.image.ref.name": subject["digest"].replace(":", "-")}
        self.index["manifests"].append(found)
        with open(os.path.join(self.folder, "index.json"), "wb") as file:
            file.write(text(self.index))


def swift_packages():
    pins = json.load(open(os.path.join(ROOT, "Package.resolved"), encoding="utf-8"))["pins"]
    return [(pin["identity"], pin["state"].get("version", ""), pin["location"], pin["state"]["revision"]) for pin in pins]


def debian_packages(folder, names):
    """The versions of packages, which the first line of each one's changelog names."""
    found = []
    for name in sorted(names):
        files = sorted(glob.glob(os.path.join(folder, name, "changelog.Debian*.gz"))) or glob.glob(os.path.join(folder, name, "changelog.gz"))
        if files:
            # A rebuild for one architecture has a file of its own, with the version that counts.
            own = [file for file in files if not file.endswith("changelog.Debian.gz")] or files
            with gzip.open(own[0], "rt", encoding="utf-8", errors="replace") as file:
                found.append((name, file.readline().split("(", 1)[1].split(")", 1)[0]))
    return found


def package(name, version, url):
    return {"SPDXID": "SPDXRef-" + "".join(c if c.isalnum() or c in ".-" else "-" for c in name), "name": name, "versionInfo": version,
            "downloadLocation": "NOASSERTION", "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}]}


def sbom(name, version, digest, debian):
    packages = [package(name, version, "pkg:generic/%s@%s" % (name, version))]
    packages += [package("swift-package-" + n, v, "pkg:swift/%s@%s" % (where.split("://")[-1].removesuffix(".git"), v))
                 for n, v, where, _ in swift_packages()]
    packages += [package(n, v, "pkg:deb/debian/%s@%s?distro=bookworm" % (n, v)) for n, v in debian]
    main = packages[0]["SPDXID"]
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "dataLicense": "CC0-1.0", "name": "%s-image-%s" % (name, version),
            "documentNamespace": "https://github.com/acrsh/acrsh/spdx/" + digest.replace(":", "-"),
            "creationInfo": {"created": DATE, "creators": ["Tool: acrsh-scripts/attest.py"]}, "packages": packages,
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": main}]
            + [{"spdxElementId": main, "relationshipType": "DEPENDS_ON", "relatedSpdxElement": p["SPDXID"]} for p in packages[1:]]}


def provenance(name, version):
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    sources = [{"uri": "git+https://github.com/acrsh/acrsh", "digest": {"gitCommit": commit}}]
    sources += [{"uri": "git+" + where, "digest": {"gitCommit": revision}} for _, _, where, revision in swift_packages()]
    return {"buildDefinition": {"buildType": "https://github.com/acrsh/acrsh/blob/main/scripts/package",
                                "externalParameters": {"image": name, "version": version}, "resolvedDependencies": sources},
            "runDetails": {"builder": {"id": os.environ.get("ACRSH_BUILDER", "https://github.com/acrsh/acrsh/blob/main/scripts/package")},
                           "metadata": {"startedOn": DATE, "finishedOn": DATE}}}


def sign(data, key):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data")
        open(path, "wb").write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", path], capture_output=True, check=True)
    return base64.b64encode(done.stdout).decode()


def bundle(statement, key):
    kind, payload = "application/vnd.in-toto+json", text(statement)
    # DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md).
    signature = sign(b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload), key)
    return {"mediaType": BUNDLE, "verificationMaterial": {"publicKey": {"hint": "release"}},
            "dsseEnvelope": {"payload": base64.b64encode(payload).decode(), "payloadType": kind, "signatures": [{"sig": signature, "keyid": ""}]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout")
    parser.add_argument("tag")
    parser.add_argument("--key")
    parser.add_argument("--debian")
    parser.add_argument("--packages", default="")
    given = parser.parse_args()
    layout = Layout(given.layout)
    subject = layout.image(given.tag)
    name = os.path.basename(given.layout.rstrip("/")).removesuffix("-image")
    debian = debian_packages(given.debian, given.packages.split()) if given.debian else []
    entries = []
    predicates = [(SBOM, sbom(name, given.tag, subject["digest"], debian)), (PROVENANCE, provenance(name, given.tag))]
    if given.key:
        predicates.append(("https://sigstore.dev/cosign/sign/v1", {}))
    for kind, predicate in predicates:
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": kind, "predicate": predicate,
                     "subject": [{"name": name, "digest": {"sha256": subject["digest"].split(":")[1]}}]}
        if given.key:
            note = {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": kind}
            entries.append(layout.attach(text(bundle(statement, given.key)), BUNDLE, subject, note))
        elif kind == SBOM:
            entries.append(layout.attach(text(predicate), "application/spdx+json", subject, {}))
        else:
            entries.append(layout.attach(text(statement), "application/vnd.in-toto+json", subject, {"in-toto.io/predicate-type": kind}))
    layout.close(subject, entries)


main()
