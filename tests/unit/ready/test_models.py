"""Ready models: what is shipped is what the card says, or it is refused."""

import shutil

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.ready.cards import CARD, SEEDS, SITES, USAGE
from mirsignal.ready.models import load_ready_model, read_seeds, write_seeds


def test_a_model_is_loaded_with_all_that_it_needs(ready, seeds):
    model = load_ready_model(ready)
    assert model.card["name"] == "of the tests"
    assert model.network is None
    assert model.context.stability.to_dict() == {"A": 1.5}
    np.testing.assert_allclose(model.seeds.loc[seeds.index], seeds, atol=5e-4)


def test_seeds_take_little_room_and_come_back(ready, seeds):
    assert (ready / SEEDS).stat().st_size < 100_000
    assert read_seeds(ready / SEEDS).index.is_unique
    with pytest.raises(InputError, match="lacks seed AAAAAAA"):
        write_seeds(ready / "other.npz", seeds.iloc[1:])
    assert not (ready / "other.npz").exists()


@pytest.mark.parametrize("name", [SITES, SEEDS, USAGE])
def test_a_file_that_does_not_match_its_card_is_refused(ready, tmp_path, name):
    folder = shutil.copytree(ready, tmp_path / "model")
    changed = bytearray((folder / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (folder / name).write_bytes(changed)
    with pytest.raises(InputError, match=f"{name}: not the file that the card"):
        load_ready_model(folder)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: missing"):
        load_ready_model(folder)


@pytest.mark.parametrize("card", ["files: [a", "a: 1", "files: {intervals.tsv: 0}", None])
def test_a_folder_without_a_card_is_refused(ready, tmp_path, card):
    folder = shutil.copytree(ready, tmp_path / "model")
    (folder / CARD).unlink()
    if card is not None:
        (folder / CARD).write_text(card)
    with pytest.raises(InputError, match=CARD) as error:
        load_ready_model(folder)
    assert "\n" not in str(error.value)
