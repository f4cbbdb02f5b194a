"""What every other package may lean on: secrets, errors, texts, abandonable calls."""
