"""What replies and failures mean: catalogue, rules, diagnosis, comparison."""
