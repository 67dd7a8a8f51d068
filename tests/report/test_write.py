"""The page: whole, self-contained, accessible, for campaigns in every state."""

import re
from html.parser import HTMLParser

import pytest
import synthetic
import synthetic_energies

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.conductivity.schemas import LeftOutResult
from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.report import write_report
from atomate2_argyrodite.store import open_store

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Outline(HTMLParser):
    """Checks nesting and gathers what accessibility needs."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.headings, self.alts = [], [], [], []
        self.tables, self.captions, self.scoped, self.bare = 0, 0, 0, 0
        self.ids, self.links = set(), set()

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.alts.append(values.get("alt", ""))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th":
            self.scoped += "scope" in values
            self.bare += "scope" not in values
        if "id" in values:
            assert values["id"] not in self.ids
            self.ids.add(values["id"])
        if tag == "a":
            self.links.add(values["href"].removeprefix("#"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(html):
    parser = Outline()
    parser.feed(html)
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def whole(whole_page):
    return whole_page.read_text(encoding="utf-8"), whole_page.parent


def test_the_page_needs_nothing_else(whole):
    html, _ = whole
    assert len(html) < 5_000_000
    assert not re.search(r"(src|href)=\"(?!data:image/(png|svg\+xml);base64,|#)", html)
    assert "<script" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_the_page_is_accessible(whole):
    parsed = outline(whole[0])
    assert ("html", {"lang": "en"}) in parsed.tags
    assert parsed.headings[0] == 1
    assert parsed.headings.count(1) == 1
    steps = [b - a for a, b in zip(parsed.headings, parsed.headings[1:], strict=False)]
    assert max(steps) == 1
    assert len(parsed.alts) == 5
    assert all(len(alt) > 30 for alt in parsed.alts)
    assert parsed.tables == parsed.captions > 6
    assert parsed.scoped > 50
    assert parsed.bare == 0
    assert parsed.links <= parsed.ids


def test_every_figure_is_a_file_too(whole):
    _, folder = whole
    names = {path.name for path in folder.glob("*.png")}
    assert names == {
        "arrhenius.png",
        "msd_0-F-43m.png",
        "msd_50-P222_1.png",
        "parity.png",
        "active_learning.png",
    }
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.glob("*.png"))
    assert {path.name for path in folder.glob("*.svg")} == {n.replace("png", "svg") for n in names}


def test_the_numbers_of_the_documents_are_there(whole):
    html, _ = whole
    assert "2.59 (0.74 to 9.0)" in html  # sigma(300 K) of the disordered crystal
    assert "0.250 (0.20 to 0.30)" in html
    assert "&lt; 4.3×10" in html  # the upper limit of the ordered one at 400 K
    assert "chgnet (surrogate)" in html
    assert "surrogate, not DFT" in html
    assert "Relaxed by the engine before they were explored" in html
    assert "0.312" not in html  # two digits are enough
    assert ">0.31</td>" in html
    assert "0123456789abcdef" in html
    assert "2.3 to 2.5 mS/cm for Li₆PS₅Cl" in html


def test_sections_are_in_the_order_of_importance(whole):
    html, _ = whole
    order = [html.index(f'id="{name}"') for name in ("cautions", "results", "provenance")]
    assert order == sorted(order)


def write(documents, tmp_path, **kwargs):
    store = synthetic.filled_store(documents, **kwargs)
    html = write_report(store, tmp_path / "r").read_text(encoding="utf-8")
    outline(html)
    return html


def test_an_empty_store_gives_a_page(tmp_path):
    html = write_report(open_store("memory"), tmp_path).read_text(encoding="utf-8")
    assert "no documents of a campaign yet" in html
    outline(html)


@pytest.mark.parametrize("n", range(1, len(synthetic.whole_campaign()), 4))
def test_a_half_finished_campaign_gives_a_page(tmp_path, n):
    html = write(synthetic.whole_campaign()[:n], tmp_path, state=RunState.INTERRUPTED)
    assert "interrupted" in html


def test_a_failed_campaign_tells_why_and_is_escaped(tmp_path):
    html = write(
        synthetic.whole_campaign(), tmp_path, state=RunState.FAILED, failures=[synthetic.failure()]
    )
    assert "lost atoms &lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    "documents",
    [
        [synthetic.conductivity(limits=(400.0, 500.0, 600.0)), synthetic.dynamics()],
        [synthetic.conductivity(temperatures=())],
        [synthetic.conductivity(limits=(400.0, 500.0, 600.0), halide="Cl-Br")],
        [synthetic.potential(n_labels=0), synthetic.selection(1)],
        [synthetic.selection(2, runs=synthetic.runs(2)[:1])],
        [synthetic.sampling(mean_temperature_kelvin=None, warnings=["<b>"])],
        [synthetic.dynamics(mean_volume_angstrom3=None, microseconds_per_atom_step=None)],
    ],
)
def test_odd_documents_give_a_page(tmp_path, documents):
    assert write(documents, tmp_path)


def test_the_report_survives_a_hostile_matplotlibrc(tmp_path):
    import matplotlib as mpl

    with mpl.rc_context({"axes.facecolor": "black", "text.usetex": True}):
        assert write([synthetic.conductivity(), synthetic.potential()], tmp_path)


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="-o"):
        write_report(open_store("memory"), tmp_path / "file")


HOSTILE = "<img src=x onerror=alert(1)>\"'$\\frac{$ & ../../../x"


def hostile_documents():
    engine = EngineRecord(name=HOSTILE, version=HOSTILE)
    return [
        synthetic.sampling(HOSTILE, engine=engine, warnings=[HOSTILE], outcome=HOSTILE),
        synthetic.labelled(engine=engine, settings_hash=HOSTILE),
        synthetic.potential(engine=engine, split=HOSTILE, species=[HOSTILE], composition=HOSTILE),
        synthetic.selection(1, composition=HOSTILE),
        synthetic.dynamics(HOSTILE, outcome=HOSTILE, is_complete=False, composition=HOSTILE),
        synthetic.conductivity(HOSTILE, composition=HOSTILE, halide=HOSTILE),
        synthetic_energies.stability({HOSTILE: 1.0, "50-P222_1": 0.0}, composition=HOSTILE),
        synthetic_energies.boundaries(configuration=HOSTILE),
    ]


def test_hostile_texts_are_shown_as_texts(tmp_path):
    folder = tmp_path / "a" / "b" / "c" / "report"
    store = synthetic.filled_store(hostile_documents())
    html = write_report(store, folder).read_text(encoding="utf-8")
    outline(html)
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "could not be drawn" not in html
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {folder}


def test_a_damaged_attachment_costs_its_figure_alone(tmp_path):
    damaged = synthetic.potential()
    damaged.parity.sha256 = "0" * 64
    html = write([damaged, synthetic.conductivity()], tmp_path)
    assert "Figures of the section Potential could not be drawn: attachment" in html
    assert (tmp_path / "r" / "arrhenius.png").exists()
    assert not (tmp_path / "r" / "parity.png").exists()
    assert "Errors of the potential" in html


def test_the_progress_of_a_failed_campaign_tells_how_to_go_on(tmp_path):
    html = write(
        synthetic.whole_campaign()[:9],
        tmp_path,
        state=RunState.FAILED,
        failures=[synthetic.failure()] * 9,
    )
    assert "Remove the cause and run <code>argyrodite run campaign.yaml</code> again" in html
    assert "4 more jobs failed" in html
    assert html.count("Failed: md-12345678") == 9
    assert "8 of 8" in html


def test_fits_without_each_temperature_are_shown(tmp_path):
    document = synthetic.conductivity()
    document.arrhenius.leave_one_out = [
        LeftOutResult(
            temperature_left_out_kelvin=400.0,
            activation_energy_ev=0.311,
            activation_energy_interval_95_ev=(0.2, 0.4),
            conductivity_ms_per_cm=1.37,
            conductivity_interval_95_ms_per_cm=(0.5, 4.0),
        )
    ]
    html = write([document], tmp_path)
    assert "Arrhenius fits without each temperature in turn" in html
    assert "1.37 (0.50 to 4.0)" in html
    assert "0.311 (0.20 to 0.40)" in html
