"""Characters with boxes become lines in the order in which they are read."""

from __future__ import annotations

from pipeline.readers.characters import Characters, lines


def placed(entries: list[tuple[str, float, float, float, float]]) -> Characters:
    text, x0, top, x1, bottom = (list(part) for part in zip(*entries, strict=True))
    return Characters(text, x0, top, x1, bottom)


def texts(entries: list[tuple[str, float, float, float, float]]) -> list[str]:
    return [line.text for line in lines(placed(entries), range(len(entries)))]


def test_a_mark_with_a_small_box_stays_in_its_line() -> None:
    second = [("款", 0.0, 14.0, 10.0, 24.0)]
    at_the_foot = [("一", 0.0, 0.0, 10.0, 10.0), ("、", 10.0, 8.0, 13.0, 10.5), ("般", 20.0, 0.0, 30.0, 10.0), *second]
    at_the_head = [("“", 0.0, -0.5, 3.0, 2.0), ("三", 10.0, 0.0, 20.0, 10.0), ("公", 20.0, 0.0, 30.0, 10.0), *second]
    assert texts(at_the_foot)[0].replace(" ", "") == "一、般"
    assert texts(at_the_head)[0].replace(" ", "") == "“三公"
    assert texts(at_the_foot)[1:] == texts(at_the_head)[1:] == ["款"]


def test_a_line_of_marks_alone_stays_a_line() -> None:
    assert texts([("款", 0.0, 0.0, 10.0, 10.0), ("—", 0.0, 16.0, 10.0, 18.0)]) == ["款", "—"]
