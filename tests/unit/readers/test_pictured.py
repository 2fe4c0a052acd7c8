"""Which pictures of a page hold print, before any is read."""

from __future__ import annotations

from pipeline.readers.pictured import whole_pictures


def test_strips_and_tiles_of_one_scan_are_one_picture() -> None:
    strips = [(0.0, 20.0 * k, 595.0, 20.0 * k + 20) for k in range(42)]
    assert whole_pictures(strips) == [(0.0, 0.0, 595.0, 840.0)]
    tiles = [(100.0 * x, 100.0 * y, 100.0 * x + 100, 100.0 * y + 100) for x in range(4) for y in range(5)]
    assert whole_pictures(tiles) == [(0.0, 0.0, 400.0, 500.0)]


def test_layers_of_one_scan_are_read_once() -> None:
    assert whole_pictures([(0, 0, 595, 842), (50, 60, 500, 700), (0, 0, 595, 842)]) == [(0, 0, 595, 842)]


def test_pictures_apart_stay_apart() -> None:
    pictures = [(50.0, 50.0, 250.0, 150.0), (50.0, 160.0, 250.0, 300.0), (50.0, 302.5, 200.0, 400.0)]
    assert sorted(whole_pictures(pictures)) == pictures
