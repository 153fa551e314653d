"""A corpus under Ray: the same tables, whatever is killed. Tests that begin Ray: `make ray`."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from multiprocessing import Pipe
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import psutil
import pytest

from explainer.base import extras
from explainer.base.extras import has
from explainer.corpus import cluster
from explainer.corpus.results import Corpus
from explainer.corpus.staged import PLACE, Staged
from tests.corpus.small import TEXTS, compute, contents, ran
from tests.corpus.test_refusals import refused
from tests.wings import ROOT

WAIT = 300
"""Seconds in which something happens; Ray alone takes some to begin."""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ray": "somewhere"}, "The address of Ray is 'somewhere': give local for this machine"),
        ({"ray": "ray://head:10001"}, "The address of Ray is 'ray://head:10001'"),
        ({"ray": "head:123456"}, "The address of Ray is 'head:123456'"),
        ({"ray": 6379}, "The address of Ray is 6379"),
        ({"ray": "local", "device": "cuda"}, "compute on processors, and the device is 'cuda'"),
    ],
)
def test_what_makes_no_sense_is_refused(tiny_masked_lm_dir, source, tmp_path, more, said):
    assert said in refused(tiny_masked_lm_dir, source, tmp_path / "out", **more)
    assert not (tmp_path / "out").exists()


def test_without_ray_it_says_what_to_install(tiny_masked_lm_dir, source, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "ray" else True)
    said = refused(tiny_masked_lm_dir, source, tmp_path / "out", ray="local")
    assert said.startswith("A corpus under Ray needs the extra 'ray' (ray cannot be found): run")
    assert not (tmp_path / "out").exists()


def test_an_address_where_nobody_answers_is_named(
    tiny_masked_lm_dir, source, tmp_path, monkeypatch
):
    monkeypatch.setattr(extras, "find_spec", lambda _: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    begun = time.monotonic()
    said = refused(tiny_masked_lm_dir, source, tmp_path / "out", ray=address)
    assert said.startswith(f"No cluster answers at '{address}' (Connection refused): give")
    assert time.monotonic() - begun < 60  # Ray itself tries for minutes
    assert "No cluster answers" in refused(
        tiny_masked_lm_dir, source, tmp_path / "out", ray="127.0.0.1:99999"
    )


class InThread(Thread):
    """A process that is none."""

    def terminate(self):
        """Nothing is left to end."""

    kill = terminate


def imitate_ray(monkeypatch):
    """Let what Ray's process does be done in a thread, with a `_write` of the test's own."""

    def pipe(duplex):
        ours, theirs = Pipe(duplex)
        return ours, SimpleNamespace(send=theirs.send, close=lambda: None)  # one process has both

    context = SimpleNamespace(Pipe=pipe, Process=InThread)
    monkeypatch.setattr(cluster, "get_context", lambda _: context)
    monkeypatch.setattr(cluster, "_be_alone", lambda: None)
    monkeypatch.setattr(extras, "find_spec", lambda _: True)
    monkeypatch.setattr(cluster.Cluster, "_session", lambda _: nullcontext(3))


def test_what_ray_writes_last_is_taken_too(
    tiny_masked_lm_dir, source, whole, tmp_path, monkeypatch
):
    looked, written = Event(), Event()

    def write(staged, *_):
        looked.wait(WAIT)
        try:
            compute(staged, tiny_masked_lm_dir, [0, 1, 2])
        finally:
            written.set()

    def taken(self, real=Staged.taken):
        found = list(real(self))
        if self.given.exists():  # Ray ends between a look and the next
            looked.set()
            written.wait(WAIT)
            time.sleep(0.2)
        yield from found

    imitate_ray(monkeypatch)
    monkeypatch.setattr(cluster, "_write", write)
    monkeypatch.setattr(Staged, "taken", taken)
    ran(tiny_masked_lm_dir, source, tmp_path / "out", ray="local")
    assert contents(tmp_path / "out") == contents(whole.folder.path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ray::MapWorker.submit()\n  File a.py\nexplainer.base.errors.ExplainerError: It is so: "
            "do this.\n\nThe above exception\nUserCodeException: udf failed\nTo change it, do.",
            "It is so: do this.",
        ),
        (
            "ray::Write()\n  File b.py\nOSError: [Errno 28] No space left\nTo change it, do.",
            "Ray has stopped (RuntimeError: OSError: [Errno 28] No space left): what is done is",
        ),
        ("", "Ray has stopped (RuntimeError: RuntimeError): what is done is kept"),
    ],
)
def test_of_what_ray_says_the_line_that_matters_is_told(
    tiny_masked_lm_dir, source, tmp_path, monkeypatch, text, said
):
    def fail(*_):
        raise RuntimeError(text)

    imitate_ray(monkeypatch)
    monkeypatch.setattr(cluster, "_write", fail)
    assert refused(tiny_masked_lm_dir, source, tmp_path / "out", ray="local").startswith(said)


def test_parts_that_a_shared_folder_does_not_show_yet_are_not_taken_for_done(
    tiny_masked_lm_dir, source, whole, tmp_path, monkeypatch
):
    imitate_ray(monkeypatch)
    monkeypatch.setattr(cluster, "_write", lambda *_: None)
    out = tmp_path / "out"
    said = refused(tiny_masked_lm_dir, source, out, ray="local")
    assert "Ray has ended, and 3 parts of 3 cannot be seen in" in said
    assert (out / PLACE / "given.parquet").exists()
    ran(tiny_masked_lm_dir, source, out)
    assert contents(out) == contents(whole.folder.path)


def under_ray(test):
    """A test that begins Ray, whose own warnings it does not mind."""
    for mark in (
        pytest.mark.ray,
        pytest.mark.skipif(not has("ray"), reason="Ray is not installed: `make ray` does that"),
        pytest.mark.filterwarnings("ignore"),
    ):
        test = mark(test)
    return test


@pytest.fixture
def rows(tmp_path):
    """Many small parts, so that some are still to be computed when others are done."""
    path = tmp_path / "many.jsonl"
    texts = ({"text": text, "correct": "are", "wrong": "is"} for text in 8 * TEXTS)
    path.write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    return path


@pytest.fixture
def wanted(tiny_masked_lm_dir, rows, tmp_path):
    return contents(ran(tiny_masked_lm_dir, rows, tmp_path / "wanted", **PARTS).folder.path)


def answers(port):
    with socket.socket() as ours:
        return ours.connect_ex(("127.0.0.1", port)) == 0


def eventually(happens):
    end = time.monotonic() + WAIT
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.1)


PARTS = {"part_size": 2}
SCORERS = "MapWorker(MapBatches(Scorer))"


@pytest.fixture
def short():
    """A folder for what Ray leaves when it is killed; the names of sockets have room in it."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield folder


@under_ray
def test_a_worker_is_killed_and_another_ends_with_the_same_tables(
    tiny_masked_lm_dir, rows, wanted, tmp_path
):
    killed, heard = [], []

    def kill_one(done, _total):
        heard.append(done)
        if done and not killed:
            family = psutil.Process().children(recursive=True)
            killed.extend(one for one in family if SCORERS in " ".join(one.cmdline()))
            for one in killed:
                one.kill()

    out = tmp_path / "out"
    ran(tiny_masked_lm_dir, rows, out, ray="local", progress=kill_one, **PARTS)
    assert len(killed) == 1
    assert contents(out) == wanted
    assert not (out / PLACE).exists()
    assert heard == sorted(heard)
    assert heard[-1] == 64
    assert not [one for one in psutil.Process().children(recursive=True) if "ray" in one.name()]


@under_ray
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_on_two_cpus(
    tiny_masked_lm_dir, rows, wanted, tmp_path, short, how
):
    """A worker, Ray's filter of what is done and a reader are one more than two."""
    out = tmp_path / "out"
    how_asked = {"model": tiny_masked_lm_dir, "source": rows, "out": out, "ray": "local", **PARTS}
    run = f"from tests.corpus.small import ran; ran(**{how_asked!r})".replace("PosixPath", "str")
    place = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": short}
    process = subprocess.Popen(
        [sys.executable, "-c", run], cwd=ROOT, env=place, stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: process.poll() is not None or list(out.glob("sentences/*")))
    process.send_signal(how)
    said = process.communicate()[1]
    assert process.returncode == -how
    assert Corpus.open(out).rows_done < 64
    assert said.strip().endswith("KeyboardInterrupt") == (how == signal.SIGINT)
    given = out / PLACE / "given.parquet"
    before, seen = given.stat().st_mtime_ns, set()
    ran(
        *(tiny_masked_lm_dir, rows, out),
        **PARTS | {"ray": "local", "progress": lambda *_: seen.add(given.stat().st_mtime_ns)},
    )
    assert seen == {before}  # Ray was given the same, and passed over what it had committed
    assert contents(out) == wanted


@under_ray
def test_a_cluster_has_room_or_not_and_a_stopped_run_goes_on_there(
    tiny_masked_lm_dir, tiny_classifier_dir, rows, wanted, tmp_path, short, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    program = Path(sys.executable).with_name("ray")
    how = ("--num-cpus", "3", "--object-store-memory", "200000000", "--include-dashboard", "false")
    where = ("--port", str(port), "--temp-dir", short)
    head = subprocess.Popen(
        [program, "start", "--head", "--block", *where, *how],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"},
        stdout=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: head.poll() is not None or answers(port))
        out, at = tmp_path / "out", f"127.0.0.1:{port}"
        said = refused(tiny_masked_lm_dir, rows, out, ray=at, workers=2, **PARTS)
        assert "has 3 CPUs, and 2 workers need 4, because Ray's own work takes 2" in said

        with monkeypatch.context() as patch:  # a machine with another model of that name
            patch.setattr(cluster.Cluster, "_where", property(lambda _: str(tiny_classifier_dir)))
            said = refused(tiny_masked_lm_dir, rows, out, ray=at, workers=1, **PARTS)
        assert said.startswith("A machine of the cluster has another model")

        def stop(done, _total):
            if done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ran(tiny_masked_lm_dir, rows, out, ray=at, workers=None, progress=stop, **PARTS)
        assert 0 < Corpus.open(out).rows_done < 64
        ran(tiny_masked_lm_dir, rows, out, ray=at, workers=None, **PARTS)
        assert contents(out) == wanted
    finally:
        head.terminate()
        head.wait()
