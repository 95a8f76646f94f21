"""cluster.yaml, cluster-local.yaml and docs/cluster.md: valid for what reads them, safe by default, and explained."""

from __future__ import annotations

import copy
import ipaddress
import json
import os
import re
import shlex
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import ray.autoscaler
import yaml
from click.testing import CliRunner
from ray.autoscaler._private import commands
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.scripts.scripts import cli as ray_cli

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("cluster.yaml", "cluster-local.yaml")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
AWS, LOCAL = (yaml.safe_load(TEXTS[name]) for name in NAMES)
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCHEMA = json.loads((Path(ray.autoscaler.__file__).parent / "ray-schema.json").read_text(encoding="utf-8"))
SERVICES = ("head_start_ray_commands", "worker_start_ray_commands")

ACTIVATED = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""Where the machines of a cluster find programs: their environment with gansearch has ``python``, a system may not."""
PORT = re.compile(r"(?:port[= ]|[a-z\d.*_]:|listen-port=)(\d{2,5})\b(?!:)")


def block(language: str, start: str) -> str:
    """The one code block of the page that begins so."""
    found = re.findall(rf"```{language}\n({re.escape(start)}.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


MANIFESTS = [each for each in yaml.safe_load_all(block("yaml", "apiVersion")) if each]
(JOB,) = (each for each in MANIFESTS if each["kind"] == "RayJob")
SLURM = block("sh", "#!/bin/bash")


def service_commands(config: dict[str, Any]) -> list[str]:
    return [command for key in SERVICES for command in config[key]]


def split(text: str) -> tuple[str, str]:
    """What a YAML file says, and what its comments say."""
    said = "\n".join(line.partition("#")[0] for line in text.splitlines())
    return said, "\n".join(line.partition("#")[2] for line in text.splitlines())


def flag(command: str, name: str) -> str:
    (value,) = re.findall(rf"--{name}[= ](\$\(.*?\)|\S+)", command)
    return str(value)


class NoProvider:
    """Stands for AWS as far as `ray up` asks before it speaks to AWS."""

    @staticmethod
    def fillout_available_node_types_resources(config: dict[str, Any]) -> dict[str, Any]:
        return config

    @staticmethod
    def bootstrap_config(config: dict[str, Any]) -> dict[str, Any]:
        return copy.deepcopy(config)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Ray's reading of the file
@pytest.mark.parametrize("name", NAMES)
def test_ray_up_accepts_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[dict[str, Any]] = []
    monkeypatch.setattr(commands, "get_or_create_head_node", lambda config, *_, **__: launched.append(config))
    monkeypatch.setattr(commands, "try_logging_config", lambda _: None)  # of what AWS said
    monkeypatch.setitem(commands._NODE_PROVIDERS, "aws", lambda _: NoProvider)

    done = CliRunner().invoke(ray_cli, ["up", str(ROOT / name), "--yes", "--no-config-cache"])

    assert done.exit_code == 0, done.output
    (config,) = launched
    assert config["head_setup_commands"][: len(config["setup_commands"])] == config["setup_commands"]
    assert config["max_workers"] >= sum(each["min_workers"] for each in config["available_node_types"].values())


@pytest.mark.parametrize("config", [AWS, LOCAL], ids=NAMES)
def test_it_fulfils_rays_own_schema(config: dict[str, Any]) -> None:
    validate_config(prepare_config(copy.deepcopy(config)))


def test_the_schema_refuses_an_unknown_key() -> None:
    jsonschema.validate(AWS, SCHEMA)

    with pytest.raises(jsonschema.ValidationError, match="max_wrokers"):
        validate_config(prepare_config(AWS | {"max_wrokers": 2}))


def test_the_head_runs_no_trials() -> None:
    assert AWS["available_node_types"][AWS["head_node_type"]]["resources"] == {"CPU": 0, "GPU": 0}
    for config in (AWS, LOCAL):
        (start,) = (each for each in config["head_start_ray_commands"] if "ray start" in each)
        assert "--head" in start
        assert (flag(start, "num-cpus"), flag(start, "num-gpus")) == ("0", "0")
    parameters = JOB["spec"]["rayClusterSpec"]["headGroupSpec"]["rayStartParams"]
    assert (parameters["num-cpus"], parameters["num-gpus"]) == ("0", "0")
    assert "--num-cpus=0 --num-gpus=0" in SLURM


def test_workers_come_and_go_within_bounds() -> None:
    types = {name: each for name, each in AWS["available_node_types"].items() if name != AWS["head_node_type"]}

    for worker in types.values():
        assert worker["min_workers"] == 0
        assert 0 < worker["max_workers"] <= AWS["max_workers"]
    markets = {name: each["node_config"].get("InstanceMarketOptions") for name, each in types.items()}
    assert markets == {"gpu_spot": {"MarketType": "spot"}, "gpu_worker": None}
    assert types["gpu_spot"]["priority"] > types["gpu_worker"]["priority"]


def test_the_workers_of_own_machines_all_take_part() -> None:
    assert LOCAL["min_workers"] == LOCAL["max_workers"] == len(LOCAL["provider"]["worker_ips"])
    for address in (LOCAL["provider"]["head_ip"], *LOCAL["provider"]["worker_ips"]):
        assert ipaddress.ip_address(address).is_private


def test_nodes_have_the_ray_and_the_python_that_are_pinned() -> None:
    image = f"rayproject/ray:{PINS['ray']}-py311"

    assert (AWS["docker"]["head_image"], AWS["docker"]["image"]) == (image, f"{image}-gpu")
    assert re.findall(r"^FROM (\S+)$", PAGE, re.MULTILINE) == [f"{image}-gpu"]
    assert JOB["spec"]["rayClusterSpec"]["rayVersion"] == PINS["ray"]
    assert PROJECT["requires-python"].startswith(">=3.11")
    assert "python3.11 -m venv" in TEXTS["cluster-local.yaml"]


@pytest.mark.parametrize("text", [*TEXTS.values(), PAGE], ids=[*NAMES, "cluster.md"])
def test_every_version_of_ray_that_is_named_is_the_pinned_one(text: str) -> None:
    short = PINS["ray"].rpartition(".")[0]

    assert set(re.findall(r"\bRay (\d+\.\d+)\b(?!\.)", text)) == {short}
    assert set(re.findall(r"\b2\.\d+\.\d+\b", text)) <= {PINS["ray"]}


@pytest.mark.parametrize("text", [*TEXTS.values(), PAGE], ids=[*NAMES, "cluster.md"])
def test_all_that_is_installed_is_pinned(text: str) -> None:
    installs = re.findall(r"pip install ([^\n]*(?:\n +--[^\n]*)?)", text)

    assert installs
    for words in (shlex.split(install, comments=True) for install in installs):
        at = words.index("--constraint")
        assert words[at + 1] == "constraints.txt"
        named = [word for word in (*words[:at], *words[at + 2 :]) if not word.startswith("-")]
        for each in named:
            extras = re.fullmatch(r"\.\[([\w,]+)\]", each)
            if extras is None:
                assert each in PINS
            else:
                assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])


def ports(text: str) -> set[str]:
    """Numbers of ports, in commands, URLs and manifests."""
    manifest = re.findall(r"(?:ports: \[\{port|containerPort|[pP]ort): \"?(\d+)", text)
    return {port for port in (*PORT.findall(text), *manifest) if 1024 <= int(port) < 65536}


@pytest.mark.parametrize("name", NAMES)
def test_every_port_is_explained_beside_it_and_on_the_page(name: str) -> None:
    said, comments = split(TEXTS[name])
    used = ports(said)

    assert {"5000", "5432", "6379", "8265", "10001", "10002", "19999", "52368"} <= used
    assert {port for port in used if not re.search(rf"\b{port}\b", comments)} == set()
    assert used <= page_ports()


def page_ports() -> set[str]:
    table = PAGE.split("\n## Ports\n")[1].split("\n## ")[0]
    return set(re.findall(r"\b\d{2,5}\b", " ".join(re.findall(r"^\| ([\d, to]+) \|", table, re.MULTILINE))))


def test_every_port_of_the_manifests_and_the_job_is_explained() -> None:
    for text in (block("yaml", "apiVersion"), SLURM):
        said, comments = split(text)
        assert ports(said) <= page_ports()
        assert {"6379", "8265"} <= ports(said)
        assert "token" in comments


@pytest.mark.parametrize("config", [AWS, LOCAL], ids=NAMES)
def test_servers_listen_on_loopback_and_nodes_on_private_addresses(config: dict[str, Any]) -> None:
    text = "\n".join(service_commands(config))

    (server,) = re.findall(r"mlflow server [^&]*", text)
    assert flag(server, "host") == "127.0.0.1"
    (database,) = re.findall(r"listen_addresses=(\S+)", text)
    assert database == "127.0.0.1"
    assert "unix_socket_directories=''" in text
    (head,) = (each for each in config["head_start_ray_commands"] if "ray start" in each)
    assert flag(head, "dashboard-host") == "127.0.0.1"
    own = {"aws": "$(hostname -I | cut -d' ' -f1)", "local": config["provider"].get("head_ip")}
    assert flag(head, "node-ip-address") == own[config["provider"]["type"]]
    assert "0.0.0.0" not in split(TEXTS[NAMES[config is LOCAL]])[0]


def test_machines_at_aws_are_spoken_to_at_private_addresses() -> None:
    assert AWS["provider"]["use_internal_ips"] is True


def test_token_authentication_is_on_everywhere() -> None:
    assert "--env RAY_AUTH_MODE=token" in AWS["docker"]["run_options"]
    assert any("export RAY_AUTH_MODE=token" in command for command in LOCAL["setup_commands"])
    for config in (AWS, LOCAL):
        assert config["file_mounts"]["~/.ray/auth_token"] == "~/.ray/auth_token"
    assert JOB["spec"]["rayClusterSpec"]["authOptions"]["mode"] == "token"
    assert "RAY_AUTH_MODE=token" in SLURM


@pytest.mark.parametrize("text", [*TEXTS.values(), PAGE], ids=[*NAMES, "cluster.md"])
def test_no_secrets_value_is_in_it(text: str) -> None:
    assert re.findall(r"AKIA[0-9A-Z]{12,}|BEGIN [A-Z ]*PRIVATE KEY|\b[0-9a-f]{32,}\b", text) == []
    assert re.findall(r"\w+://[^/\s@:]+:[^/\s@]+@", text) == []
    assert re.findall(r"(?:PASSWORD|AUTH_TOKEN|SECRET_ACCESS_KEY)[=:] *[\"']?[A-Za-z0-9]", text) == []


@pytest.mark.parametrize("config", [AWS, LOCAL], ids=NAMES)
def test_the_password_is_made_once_for_its_owner_alone(config: dict[str, Any], tmp_path: Path) -> None:
    (command,) = (each for each in config["head_start_ray_commands"] if "token_urlsafe" in each)
    for folder in ("/var/lib/gansearch", "~/.gansearch-service"):
        command = command.replace(folder, str(tmp_path))
    command = command.replace(". ~/.gansearch-env; ", "")

    seen = []
    for _ in range(2):
        subprocess.run(["bash", "-c", command], check=True, timeout=60, env={**os.environ, "PATH": ACTIVATED})
        seen.append((tmp_path / "secrets" / "postgres").read_text(encoding="utf-8").strip())

    assert seen[0] == seen[1]
    assert len(seen[0]) >= 40
    held = (tmp_path / "secrets" / "pgpass").read_text(encoding="utf-8")
    assert held == f"127.0.0.1:5432:*:gansearch:{seen[0]}\n"
    made = ("secrets", "secrets/postgres", "secrets/pgpass")
    modes = [stat.S_IMODE((tmp_path / each).stat().st_mode) for each in made]
    assert modes == [0o700, 0o600, 0o600]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_valid_bash(name: str) -> None:
    config = yaml.safe_load(TEXTS[name])
    keys = [key for key in config if key.endswith("_commands")]

    assert set(SERVICES) < set(keys)
    for command in (each for key in keys for each in config[key]):
        done = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command


@pytest.mark.parametrize("name", NAMES)
def test_what_a_user_must_choose_is_marked(name: str) -> None:
    for line in TEXTS[name].splitlines():
        if re.match(r"\s*(region|availability_zone|InstanceType|ssh_private_key|head_ip|worker_ips):", line):
            assert "# CHOOSE" in line
    said, comments = split(TEXTS[name])
    assert "CHOOSE" in comments
    assert set(re.findall(r"\S*CHOOSE\S*", said)) <= {
        "GANSEARCH_STORAGE=s3://CHOOSE-bucket/gansearch",
        "ami-CHOOSE",
        "CHOOSE-gansearch-head}",
        "CHOOSE-gansearch-worker}",
    }


def test_a_spot_machine_asks_for_its_notice_and_tells_ray() -> None:
    (watch,) = (each for each in AWS["worker_start_ray_commands"] if "spot/instance-action" in each)
    (drain,) = re.findall(r"ray (drain-node .*?)'", watch)
    words = shlex.split(drain)

    options = {option for each in ray_cli.commands["drain-node"].params for option in each.opts}
    assert {word for word in words if word.startswith("--")} <= options
    assert int(flag(drain, "deadline-remaining-seconds")) < 120


def test_the_manifests_name_secrets_images_and_services_that_exist() -> None:
    text = block("yaml", "apiVersion")
    made = set(re.findall(r"create secret generic (\S+)", PAGE))
    named = set(re.findall(r"(?:secretKeyRef|secretRef): \{name: ([\w-]+)", text))
    services = {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "Service"}

    assert named | {JOB["spec"]["rayClusterSpec"]["authOptions"]["secretName"]} == made
    assert set(re.findall(r"image: (\S+)", text)) == {f"CHOOSE-registry/gansearch:{PINS['ray']}", "postgres:16"}
    hosts = re.findall(r"(?:http://|gansearch@)([\w-]+):\d+", text) + re.findall(r"--host ([\w-]+)", text)
    assert set(hosts) == services == {"postgresql", "mlflow"}
    assert not [each for each in MANIFESTS if each["kind"] == "Secret"]


def test_the_ray_job_scales_with_gpus_and_says_how_many_packs() -> None:
    cluster = JOB["spec"]["rayClusterSpec"]

    assert cluster["enableInTreeAutoscaling"] is True
    assert "resources.concurrent=" in JOB["spec"]["entrypoint"]
    for group in cluster["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
        (container,) = group["template"]["spec"]["containers"]
        assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert len({group["groupName"] for group in cluster["workerGroupSpecs"]}) == 2


def test_the_policies_admit_the_pods_that_are_labelled_for_them() -> None:
    pods = [each["spec"]["template"] for each in MANIFESTS if each["kind"] in {"Deployment", "StatefulSet"}]
    pods.append(JOB["spec"]["rayClusterSpec"]["headGroupSpec"]["template"])
    labels = [set(pod["metadata"]["labels"].items()) for pod in pods]

    for policy in (each["spec"] for each in MANIFESTS if each["kind"] == "NetworkPolicy"):
        assert sum(set(policy["podSelector"]["matchLabels"].items()) <= each for each in labels) == 1
        (rule,) = policy["ingress"]
        (source,) = rule["from"]
        assert any(set(source["podSelector"]["matchLabels"].items()) <= each for each in labels)


FAKES = {
    "srun": 'echo "srun $*" >> "$CALLS"',
    "ray": "exit 0",
    "hostname": "echo 10.0.0.10 172.17.0.1",
    "sbatch": 'echo "sbatch $*" >> "$CALLS"',
    "gansearch": """
if [ "$1" = status ]; then test -e "$HOME/known"; exit; fi
echo "gansearch $*" >> "$CALLS"
stat --format "%a" "$RAY_AUTH_TOKEN_PATH" >> "$CALLS"
touch "$HOME/known"
trap 'exit 130' TERM
for i in $(seq 300); do sleep 0.1; done""",
}


@pytest.fixture(name="slurm")
def _slurm(tmp_path: Path) -> dict[str, str]:
    """The environment of a node where Slurm's programs, Ray and gansearch only write down how they were called."""
    programs = tmp_path / "bin"
    activate = tmp_path / "gansearch" / ".venv" / "bin" / "activate"
    for folder in (programs, activate.parent):
        folder.mkdir(parents=True)
    activate.touch()
    for name, body in FAKES.items():
        (programs / name).write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    (tmp_path / "gansearch.sh").write_text(SLURM, encoding="utf-8")
    path = f"{programs}:{ACTIVATED}"
    return {"HOME": str(tmp_path), "PATH": path, "SLURM_JOB_ID": "7", "CALLS": str(tmp_path / "calls")}


def run_until_stopped(environment: dict[str, str]) -> tuple[int, list[str]]:
    """Status of the Slurm script that gets SIGTERM while gansearch runs, and what it called."""
    calls = Path(environment["CALLS"])
    calls.unlink(missing_ok=True)
    script = subprocess.Popen(["bash", "gansearch.sh"], cwd=environment["HOME"], env=environment)
    end = time.monotonic() + 30
    while time.monotonic() < end and not (calls.exists() and "600" in calls.read_text(encoding="utf-8").split("\n")):
        time.sleep(0.02)
    time.sleep(0.1)  # the fake sets its trap
    script.terminate()
    return script.wait(timeout=30), sorted(calls.read_text(encoding="utf-8").splitlines())


def test_the_slurm_script_launches_first_and_resumes_later(slurm: dict[str, str]) -> None:
    status, first = run_until_stopped(slurm)
    again, second = run_until_stopped(slurm)

    assert (status, again) == (130, 130)
    ending = "--address 10.0.0.10:6379"
    assert f"gansearch launch mnist_mlp --name digits --set resources.concurrent=4 {ending}" in first
    assert f"gansearch resume digits {ending}" in second
    for calls in (first, second):
        assert "sbatch gansearch.sh" in calls
        heads = [call for call in calls if "ray start --head" in call]
        assert len(heads) == 1
        assert "--het-group=0" in heads[0]
        assert [call for call in calls if "--het-group=1 ray start --block --address=10.0.0.10:6379" in call]
    assert not (Path(slurm["HOME"]) / ".ray" / "token-7").exists()


def test_the_slurm_script_is_valid_bash_and_its_numbers_agree() -> None:
    assert subprocess.run(["bash", "-n"], input=SLURM, text=True, check=False).returncode == 0
    workers, cpus, gpus = re.findall(r"WORKERS=(\d+) CPUS=(\d+) GPUS=(\d+)", SLURM)[0]
    second = SLURM.split("#SBATCH hetjob")[1]
    assert f"--nodes={workers} --ntasks-per-node=1 --cpus-per-task={cpus} --gpus-per-node={gpus}" in second
