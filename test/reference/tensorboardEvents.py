"""Bytes that TensorBoard's own writer makes, and what its reader makes of ours.

python test/reference/tensorboardEvents.py                prints the record that begins every file, at time 1, in hex
python test/reference/tensorboardEvents.py FOLDER         prints what the reader finds in a run's tensorboard/ folder
Made with tensorboard 2.21.0. Not part of set-up, tests or CI.
"""
import io
import sys

from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def first_record() -> str:
    buffer = io.BytesIO()
    event = event_pb2.Event(wall_time=1.0, file_version="brain.Event:2")
    RecordWriter(buffer).write(event.SerializeToString())
    return buffer.getvalue().hex()


def read(folder: str) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(folder)
    accumulator.Reload()
    for tag in accumulator.Tags()["scalars"]:
        values = [(e.step, round(e.value, 6)) for e in accumulator.Scalars(tag)]
        print(tag, len(values), values[:3], values[-2:])


if len(sys.argv) > 1:
    read(sys.argv[1])
else:
    print(first_record())
