from mirsignal.api import explain_pair as explain_pair
from mirsignal.api import find_peaks as find_peaks
from mirsignal.api import find_seed_sites as find_seed_sites
from mirsignal.api import load_binding_model as load_binding_model
from mirsignal.api import load_occupancy_model as load_occupancy_model
from mirsignal.api import predict_repression as predict_repression
from mirsignal.api import predict_targets as predict_targets
from mirsignal.api import read_mirnas as read_mirnas
from mirsignal.api import read_sequences as read_sequences
from mirsignal.api import scan_transcript as scan_transcript
from mirsignal.api import score_contextpp as score_contextpp
from mirsignal.api import score_pairs as score_pairs

__version__: str
