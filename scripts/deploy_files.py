"""Looks over files of deploy/ for scripts/check-deploy: deploy_files.py kubernetes RENDERED FOLDER | container-app FILE | acr-task FILE.

A job of Container Apps is compared with the classes of azure-mgmt-appcontainers, which Microsoft makes from the API's description:
every name has to be one of theirs, and every value of its type. For tasks of Azure Container Registry no schema is published; their
names are those of the reference on Microsoft's site.
"""
import datetime
import inspect
import json
import os
import re
import sys
import typing

import yaml

problems = []


def problem(place, text):
    problems.append("%s: %s" % (place, text))


def fields(kind):
    """The names that a class of the API has in JSON, each with its type."""
    found = {}
    if hasattr(kind, "_calculated"):
        # The names in JSON are known once an object is made.
        kind.__new__(kind)
    for base in reversed(kind.__mro__):
        hints = base.__dict__.get("__annotations__", {})
        scope = vars(sys.modules[base.__module__])
        for name, member in vars(base).items():
            if "_rest_name_input" in getattr(member, "__dict__", {}):
                found[member._rest_name] = resolve(hints.get(name), scope)
    return found


def resolve(hint, scope):
    """A type as it is, where it was written as a text."""
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        import azure.mgmt.appcontainers.models as models
        hint = eval(hint, dict(scope, _models=models, _types=models))
    arguments = typing.get_args(hint)
    if not arguments:
        return hint
    return (typing.get_origin(hint), [resolve(argument, scope) for argument in arguments])


def compare(place, value, hint):
    """Whether a value of a template has the type of the API. What a template computes is not looked at."""
    if isinstance(value, str) and value.startswith("[") and not value.startswith("[["):
        return
    if isinstance(hint, tuple):
        origin, arguments = hint
        if origin is typing.Union:
            kinds = [a for a in arguments if a is not type(None)]
            enums = [k for k in kinds if inspect.isclass(k) and hasattr(k, "__members__")]
            if enums and value not in [member.value for member in enums[0]]:
                problem(place, "`%s` is none of %s" % (value, ", ".join(m.value for m in enums[0])))
            elif not enums:
                compare(place, value, kinds[0])
        elif origin is list:
            if not isinstance(value, list):
                return problem(place, "needs a list")
            for index, item in enumerate(value):
                compare("%s[%d]" % (place, index), item, arguments[0])
        elif origin is dict:
            if not isinstance(value, dict):
                return problem(place, "needs an object")
            for key, item in value.items():
                compare("%s.%s" % (place, key), item, arguments[1])
        return
    if inspect.isclass(hint) and fields(hint):
        if not isinstance(value, dict):
            return problem(place, "needs an object")
        known = fields(hint)
        for key, item in value.items():
            if key in known:
                compare("%s.%s" % (place, key), item, known[key])
            else:
                problem(place, "has no `%s`; there are %s" % (key, ", ".join(sorted(known))))
        return
    simple = {str: str, int: int, bool: bool, float: (int, float), datetime.datetime: str}.get(hint)
    if simple and (not isinstance(value, simple) or hint is not bool and isinstance(value, bool)):
        problem(place, "`%s` is no %s" % (value, hint.__name__))


def container_app(path):
    from azure.mgmt.appcontainers.models import Job
    template = json.load(open(path))
    parameters = template["parameters"]
    for name in re.findall(r"parameters\('(\w+)'\)", json.dumps(template)):
        if name not in parameters:
            problem(path, "there is no parameter `%s`" % name)
    jobs = [r for r in template["resources"] if r["type"] == "Microsoft.App/jobs"]
    if len(jobs) != 1:
        problem(path, "needs one job")
    for job in jobs:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(-preview)?", job["apiVersion"]):
            problem(path, "`%s` is no version of an API" % job["apiVersion"])
        own = {k: v for k, v in job.items() if k not in ("apiVersion", "type", "name", "dependsOn")}
        # The API wants all identities as keys with an empty object.
        compare("job", own, Job)
        if problems:
            return
        properties = job["properties"]
        secrets = {s["name"] for s in properties["configuration"].get("secrets", [])}
        volumes = {v["name"] for v in properties["template"].get("volumes", [])}
        for volume in properties["template"].get("volumes", []):
            for item in volume.get("secrets", []):
                if item["secretRef"] not in secrets:
                    problem(volume["name"], "there is no secret `%s`" % item["secretRef"])
        for container in properties["template"]["containers"]:
            for mount in container.get("volumeMounts", []):
                if mount["volumeName"] not in volumes:
                    problem(container["name"], "there is no volume `%s`" % mount["volumeName"])
            resources = container["resources"]
            # Container Apps gives 2 GiB for each core.
            if "%gGi" % (resources["cpu"] * 2) != resources["memory"]:
                problem(container["name"], "memory has to be 2Gi for each core")


TASK = {"version": str, "stepTimeout": int, "workingDirectory": str, "env": list, "secrets": list, "networks": list, "volumes": list,
        "alias": dict, "steps": list}
STEP = {"id": str, "cmd": str, "build": str, "push": list, "when": list, "env": list, "timeout": int, "startDelay": int, "retries": int,
        "retryDelay": int, "retryOnErrors": list, "repeat": int, "keep": bool, "detach": bool, "privileged": bool, "ignoreErrors": bool,
        "disableWorkingDirectoryOverride": bool, "pull": bool, "workingDirectory": str, "entryPoint": str, "user": str, "network": str,
        "isolation": str, "cpus": str, "cache": str, "volumeMounts": list, "expose": list, "ports": list, "exitedWith": list,
        "exitedWithout": list}


def acr_task(path):
    task = yaml.safe_load(open(path))
    check_names(path, task, TASK)
    if problems:
        return
    if task.get("version") not in ("v1.0.0", "v1.1.0"):
        problem(path, "version is v1.0.0 or v1.1.0")
    ids = set()
    for index, step in enumerate(task["steps"]):
        place = step.get("id", "step %d" % index)
        check_names(place, step, STEP)
        if sum(name in step for name in ("cmd", "build", "push")) != 1:
            problem(place, "needs one of cmd, build, push")
        if " " in place or place in ids:
            problem(place, "an id has no spaces and stands once")
        for earlier in step.get("when", []):
            if earlier != "-" and earlier not in ids:
                problem(place, "there is no step `%s` before it" % earlier)
        ids.add(place)


def check_names(place, value, known):
    for name, item in value.items():
        if name not in known:
            problem(place, "has no `%s`" % name)
        elif not isinstance(item, known[name]):
            problem(place, "`%s` is a %s" % (name, known[name].__name__))


def kubernetes(path, folder):
    """What schemas cannot say: rights, limits, and names that lead somewhere."""
    documents = [d for d in yaml.safe_load_all(open(path)) if d]
    kinds = {}
    for document in documents:
        kinds.setdefault(document["kind"], []).append(document)
    namespaces = {d["metadata"]["name"] for d in kinds["Namespace"]}
    for job in kinds.get("Job", []) + [dict(d, spec=d["spec"]["jobTemplate"]["spec"]) for d in kinds.get("CronJob", [])]:
        name = job["metadata"]["name"]
        spec = job["spec"]
        pod = spec["template"]["spec"]
        if job["metadata"].get("namespace", "acrsh") not in namespaces:
            problem(name, "its namespace is not made here")
        if pod["serviceAccountName"] not in {d["metadata"]["name"] for d in kinds["ServiceAccount"]}:
            problem(name, "its service account is not made here")
        if spec["template"]["metadata"]["labels"].get("azure.workload.identity/use") != "true":
            problem(name, "a pod gets a token of workload identity only with the label azure.workload.identity/use")
        security = pod["securityContext"]
        if not security.get("runAsNonRoot") or not security.get("runAsUser") or not security.get("seccompProfile"):
            problem(name, "runs as root, or without a seccomp profile")
        volumes = {volume["name"] for volume in pod["volumes"]}
        made = {d["metadata"]["name"] for d in kinds.get("ConfigMap", [])}
        for volume in pod["volumes"]:
            if made and "configMap" in volume and volume["configMap"]["name"] not in made:
                problem(name, "there is no ConfigMap `%s`" % volume["configMap"]["name"])
        writable = []
        for container in pod["containers"]:
            own = container["securityContext"]
            if not own.get("readOnlyRootFilesystem") or own.get("allowPrivilegeEscalation") is not False or own["capabilities"]["drop"] != ["ALL"]:
                problem(name, "its container may do more than it needs")
            if set(container["resources"]["limits"]) != {"cpu", "memory", "ephemeral-storage"}:
                problem(name, "needs limits for cpu, memory and ephemeral-storage")
            for mount in container["volumeMounts"]:
                if mount["name"] not in volumes:
                    problem(name, "there is no volume `%s`" % mount["name"])
                if not mount.get("readOnly"):
                    writable.append(mount["mountPath"])
            for variable in container["env"]:
                if variable["name"] in ("HOME", "TMPDIR") and variable["value"] not in writable:
                    problem(name, "%s is not writable" % variable["name"])
            arguments = container["args"]
            for argument in arguments:
                part = re.fullmatch(r"auto/(\d+)", argument)
                if part and int(part[1]) != spec.get("completions"):
                    problem(name, "`%s` and completions: %s are not the same number" % (argument, spec.get("completions")))
                if argument.startswith("/scripts/") and made:
                    base = os.path.basename(argument)
                    if not any(base in d["data"] for d in kinds["ConfigMap"]):
                        problem(name, "the ConfigMap has no `%s`" % base)
            if made and container["image"].count(":") != 1:
                problem(name, "the image has no version")
    for cron in kinds.get("CronJob", []):
        if cron["spec"].get("concurrencyPolicy") != "Forbid":
            problem(cron["metadata"]["name"], "two runs at the same time")


{"kubernetes": kubernetes, "container-app": container_app, "acr-task": acr_task}[sys.argv[1]](*sys.argv[2:])
for line in problems:
    print("error: " + line, file=sys.stderr)
sys.exit(1 if problems else 0)
