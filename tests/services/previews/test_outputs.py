"""What a build wrote, as it is told to whoever asked for it."""

from services.previews.outputs import Outputs

REPORT = '{"event":"astro.error","message":"no","file":"src/a.astro","line":1}\n'


def test_what_a_build_reports_to_us_is_not_what_it_wrote(tmp_path):
    outputs = Outputs(tmp_path)
    outputs.prepare("t-built")
    outputs.log("t-built").write_text(f'{REPORT}Build failed\n{{"event": "my own"}}\n{REPORT}')
    assert outputs.said("t-built") == 'Build failed\n{"event": "my own"}\n'


def test_only_the_end_of_much_is_told_and_no_half_of_a_line(tmp_path):
    outputs = Outputs(tmp_path)
    outputs.prepare("t-built")
    outputs.log("t-built").write_text("".join(f"line {number:04}\n" for number in range(2000)))
    lines = outputs.said("t-built").splitlines()
    assert lines == [f"line {number:04}" for number in range(2000 - len(lines), 2000)]
    assert 700 < len(lines) < 1000
