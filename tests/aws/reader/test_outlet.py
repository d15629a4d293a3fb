"""Lines to the server: in order, a few at a time, with a breath in between."""

import threading

from mlcost_ext.aws.reader.kinds import training
from mlcost_ext.aws.reader.outlet import MAX_WAITING_LINES, SECONDS_BETWEEN_LINES, Outlet, PacedSink
from tests.aws.reader.fakes import REGION, Sink


class AwsClock:
    offset_seconds = 0.5


def test_items_go_in_lines_with_awss_clock():
    """No figure is to be drawn by a wrong one."""
    sink = Sink()
    outlet = Outlet(REGION, sink, AwsClock())
    outlet.push_items(training.KIND, [{"TrainingJobName": str(number)} for number in range(60)])
    outlet.push_gone(training.KIND, ["a"])
    assert [len(document.get("items", [])) for document in sink.documents] == [25, 25, 10, 0]
    head = {"push": "items", "kind": "training", "region_id": REGION, "clock_offset_seconds": 0.5}
    assert {key: value for key, value in sink.documents[0].items() if key != "items"} == head
    assert sink.documents[-1] == {"push": "gone", "kind": "training", "region_id": REGION, "names": ["a"]}


def test_only_the_last_line_of_a_page_of_history_says_that_it_is_there():
    """Whoever keeps the cursor of one before reads the page again."""
    sink = Sink()
    outlet = Outlet(REGION, sink, AwsClock())
    outlet.push_history([{"TrainingJobName": str(number)} for number in range(30)], before="old", after="new")
    outlet.push_history([], before="new", after=None)
    assert [(len(document["items"]), document["cursor"]) for document in sink.documents] == [(25, "old"), (5, "new"), (0, None)]


def test_there_is_a_pause_after_each_line_of_items_and_after_no_other():
    """The order stays."""
    sink, pauses = Sink(), []
    paced = PacedSink(sink, pauses.append)
    documents = [{"push": "items", "items": [1]}, {"push": "status"}, {"push": "history", "items": []}, {"push": "gone"}]
    for document in documents:
        paced.write(document)
    for _ in documents:
        paced.write_next()
    assert sink.documents == documents
    assert pauses == [SECONDS_BETWEEN_LINES] * 2


def test_who_brings_more_than_can_lie_ready_waits():
    """Memory stays small, however many jobs there are."""
    sink = Sink()
    paced = PacedSink(sink, lambda _: None)
    count = MAX_WAITING_LINES + 20
    thread = threading.Thread(target=lambda: [paced.write({"push": "items", "items": [n]}) for n in range(count)])
    thread.start()
    for _ in range(count):
        paced.write_next()
    thread.join(10)
    assert [document["items"][0] for document in sink.documents] == list(range(count))
