"""What all networks share: checkpoints, histories, seeds, and how they are written."""
